//! Every object that was ever written, under its name.

use super::object::{Commit, Entry, Id, Object};
use std::collections::HashMap;
use std::sync::Arc;

/// Objects by name; cheap to clone, and never anything but added to.
#[derive(Debug, Clone, Default)]
pub struct Store {
    objects: HashMap<Id, Arc<Object>>,
}

impl Store {
    /// Keeps an object, and says its name.
    pub fn insert(&mut self, object: Object) -> Id {
        let id = object.id();
        self.objects.entry(id).or_insert_with(|| Arc::new(object));
        id
    }

    /// Keeps the bytes of a file.
    pub fn insert_blob(&mut self, content: &[u8]) -> Id {
        self.insert(Object::Blob(content.to_vec()))
    }

    /// The object of a name.
    pub fn find(&self, id: Id) -> Option<&Object> {
        self.objects.get(&id).map(|object| &**object)
    }

    /// The bytes of a blob; `None` when there is no such blob.
    pub fn blob(&self, id: Id) -> Option<&[u8]> {
        match self.find(id)? {
            Object::Blob(content) => Some(content),
            Object::Tree(_) | Object::Commit(_) => None,
        }
    }

    /// The entries of a tree; `None` when there is no such tree.
    pub fn tree(&self, id: Id) -> Option<&[Entry]> {
        match self.find(id)? {
            Object::Tree(entries) => Some(entries),
            Object::Blob(_) | Object::Commit(_) => None,
        }
    }

    /// A commit; `None` when there is no such commit.
    pub fn commit(&self, id: Id) -> Option<&Commit> {
        match self.find(id)? {
            Object::Commit(commit) => Some(commit),
            Object::Blob(_) | Object::Tree(_) => None,
        }
    }

    /// All objects with their names, in no order.
    pub fn objects(&self) -> impl Iterator<Item = (Id, &Object)> {
        self.objects.iter().map(|(id, object)| (*id, &**object))
    }
}
