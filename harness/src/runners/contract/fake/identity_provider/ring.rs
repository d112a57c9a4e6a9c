//! The keys that the issuer publishes and signs with, and how they change.

use crate::runners::contract::fake::keys::{Family, Key, KeyError, Material};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many generations of keys are published at most: the newest, and the one before.
const PUBLISHED: usize = 2;

/// A change of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyChange {
    /// None.
    #[default]
    Keep,
    /// New keys under names that nobody has seen, and none of the old ones.
    Fresh,
    /// New keys beside the old ones; the new ones sign.
    Add,
    /// The old keys are withdrawn; where there is only one generation, a new one comes first.
    Remove,
    /// New keys under the names of the old ones.
    InPlace,
}

/// A key with its name.
#[derive(Debug, Clone)]
pub struct NamedKey {
    /// `kid`.
    pub kid: String,
    /// The algorithm that it signs with.
    pub algorithm: Algorithm,
    /// The key pair.
    pub material: Arc<Material>,
}

impl NamedKey {
    /// As it stands in the set.
    pub fn jwk(&self) -> Value {
        Value::Object(self.material.jwk(&self.kid, self.algorithm))
    }

    /// What signs.
    pub fn key(&self) -> Key {
        Key::Pair(Arc::clone(&self.material))
    }
}

/// One key for each algorithm, made at once.
type Generation = Vec<NamedKey>;

/// The ring of keys.
#[derive(Debug)]
pub struct Ring {
    algorithms: Vec<Algorithm>,
    materials: BTreeMap<Family, [Arc<Material>; 2]>,
    foreign: BTreeMap<Family, Arc<Material>>,
    /// Oldest first, never empty.
    published: Vec<Generation>,
    /// What signed before, or was withdrawn last.
    previous: Option<Generation>,
    /// How many generations of names there were.
    names: u32,
    /// How often material was changed.
    turns: usize,
    /// Sets the names of this run apart from those of every other.
    run: String,
}

impl Ring {
    /// A ring with one key for each algorithm.
    ///
    /// # Errors
    /// No key could be read or made.
    pub fn new(algorithms: &[Algorithm], run: String) -> Result<Self, KeyError> {
        let families: BTreeSet<Family> = algorithms
            .iter()
            .filter_map(|one| Family::of(*one))
            .collect();
        let mut materials = BTreeMap::new();
        let mut foreign = BTreeMap::new();
        for family in families {
            materials.insert(family, family.own()?);
            foreign.insert(family, family.foreign()?);
        }
        let mut ring = Self {
            algorithms: algorithms.to_vec(),
            materials,
            foreign,
            published: Vec::new(),
            previous: None,
            names: 0,
            turns: 0,
            run,
        };
        ring.change(KeyChange::Fresh);
        Ok(ring)
    }

    /// Changes the keys.
    pub fn change(&mut self, change: KeyChange) {
        match change {
            KeyChange::Keep => {}
            KeyChange::Fresh => {
                let next = self.next();
                self.previous = std::mem::replace(&mut self.published, vec![next]).pop();
            }
            KeyChange::Add => {
                self.previous = self.published.last().cloned();
                let next = self.next();
                self.published.push(next);
                self.keep(PUBLISHED);
            }
            KeyChange::Remove => {
                if self.published.len() < PUBLISHED {
                    self.change(KeyChange::Add);
                }
                self.previous = self.published.first().cloned();
                self.keep(1);
            }
            KeyChange::InPlace => {
                self.turns += 1;
                self.previous = self.published.pop();
                let renewed = self.previous.iter().flatten();
                let renewed = renewed.map(|key| self.renewed(key)).collect();
                self.published.push(renewed);
            }
        }
    }

    /// The newest key for an algorithm: the one that signs.
    pub fn current(&self, algorithm: Algorithm) -> Option<&NamedKey> {
        in_generation(self.published.last()?, algorithm)
    }

    /// The key before it: still published after `Add`, withdrawn after every other change.
    pub fn previous(&self, algorithm: Algorithm) -> Option<&NamedKey> {
        in_generation(self.previous.as_ref()?, algorithm)
    }

    /// Another's key under the name of the current one.
    pub fn foreign(&self, algorithm: Algorithm) -> Option<NamedKey> {
        let mut key = self.current(algorithm)?.clone();
        key.material = Arc::clone(self.foreign.get(&Family::of(algorithm)?)?);
        Some(key)
    }

    /// All algorithms; the first one is the default.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The published keys, newest last.
    pub fn jwks(&self) -> Vec<Value> {
        self.published.iter().flatten().map(NamedKey::jwk).collect()
    }

    /// The set of another who has keys of the same names.
    pub fn foreign_jwks(&self) -> Vec<Value> {
        let keys = self.algorithms.iter().filter_map(|one| self.foreign(*one));
        keys.map(|key| key.jwk()).collect()
    }

    /// A name that belongs to this run alone.
    pub fn name(&self, stem: &str) -> String {
        format!("{stem}-{}", self.run)
    }

    fn next(&mut self) -> Generation {
        self.names += 1;
        self.turns += 1;
        let named = |algorithm: &Algorithm| {
            let stem = format!("{algorithm:?}-{}", self.names).to_lowercase();
            Some(NamedKey {
                kid: self.name(&stem),
                algorithm: *algorithm,
                material: self.material(*algorithm)?,
            })
        };
        self.algorithms.iter().filter_map(named).collect()
    }

    fn renewed(&self, old: &NamedKey) -> NamedKey {
        let material = self.material(old.algorithm);
        NamedKey {
            kid: old.kid.clone(),
            algorithm: old.algorithm,
            material: material.unwrap_or_else(|| Arc::clone(&old.material)),
        }
    }

    fn material(&self, algorithm: Algorithm) -> Option<Arc<Material>> {
        let pair = self.materials.get(&Family::of(algorithm)?)?;
        Some(Arc::clone(&pair[self.turns % pair.len()]))
    }

    /// Withdraws all but the newest.
    fn keep(&mut self, most: usize) {
        let old = self.published.len().saturating_sub(most);
        self.published.drain(..old);
    }
}

fn in_generation(generation: &Generation, algorithm: Algorithm) -> Option<&NamedKey> {
    generation.iter().find(|key| key.algorithm == algorithm)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RS: Algorithm = Algorithm::RS256;
    const ES: Algorithm = Algorithm::ES256;

    fn ring() -> Ring {
        Ring::new(&[RS, ES], "run".into()).unwrap()
    }

    fn same(a: &NamedKey, b: &NamedKey) -> (bool, bool) {
        (a.kid == b.kid, Arc::ptr_eq(&a.material, &b.material))
    }

    #[test]
    fn a_change_moves_names_and_material_as_it_says() {
        // Change; published keys after it; same name and same material as the key before.
        let cases = [
            (KeyChange::Keep, 1, (true, true)),
            (KeyChange::Fresh, 1, (false, false)),
            (KeyChange::Add, 2, (false, false)),
            (KeyChange::Remove, 1, (false, false)),
            (KeyChange::InPlace, 1, (true, false)),
        ];
        for (change, generations, wanted) in cases {
            let mut ring = ring();
            let before = ring.current(RS).unwrap().clone();
            ring.change(change);
            assert_eq!(ring.jwks().len(), generations * 2, "{change:?}");
            assert_eq!(
                same(ring.current(RS).unwrap(), &before),
                wanted,
                "{change:?}"
            );
            if change != KeyChange::Keep {
                assert_eq!(same(ring.previous(RS).unwrap(), &before), (true, true));
            }
        }
    }

    #[test]
    fn two_generations_at_most_are_published_and_removal_leaves_the_newest() {
        let mut ring = ring();
        for _ in 0..5 {
            ring.change(KeyChange::Add);
        }
        assert_eq!(ring.jwks().len(), 4);
        let newest = ring.current(ES).unwrap().clone();
        ring.change(KeyChange::Remove);
        assert_eq!(same(ring.current(ES).unwrap(), &newest), (true, true));
        assert_ne!(ring.previous(ES).unwrap().kid, newest.kid);
        assert_eq!(ring.jwks().len(), 2);
    }

    #[test]
    fn a_foreign_key_has_the_name_and_not_the_material() {
        let ring = ring();
        let (own, foreign) = (ring.current(ES).unwrap(), ring.foreign(ES).unwrap());
        assert_eq!(same(own, &foreign), (true, false));
        assert_ne!(ring.jwks(), ring.foreign_jwks());
    }
}
