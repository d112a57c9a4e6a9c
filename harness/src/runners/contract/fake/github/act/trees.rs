//! Trees: made from another one and changes, and shown by level or as a whole.

use super::super::git::{File, Files, Id, Mode, path_problem, place};
use super::super::reply::{Answer, Refusal, Reply};
use super::super::world::World;
use super::Call;
use serde_json::Value;

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let mut files = match call.text("base_tree") {
        Some(sha) => world.repository.store.files(
            tree(world, sha)
                .ok_or_else(|| Refusal::new(422, "base_tree is not a valid tree oid"))?,
        ),
        None => Files::new(),
    };
    let entries = call.body["tree"].as_array().cloned().unwrap_or_default();
    if entries.is_empty() {
        return Err(Refusal::new(422, "Invalid tree info"));
    }
    for entry in &entries {
        put(world, &mut files, entry)?;
    }
    let id = world.repository.store.insert_tree(&files);
    Ok(Reply::created(&world.show_tree(id, false)))
}

/// One entry: a path with a blob, a text, a whole tree, a submodule, or nothing.
fn put(world: &mut World, files: &mut Files, entry: &Value) -> Result<(), Refusal> {
    let wrong = |message: &str| Refusal::new(422, message);
    let path = entry["path"].as_str().unwrap_or_default();
    if let Some(problem) = path_problem(path) {
        return Err(wrong(&format!("tree.{problem}")));
    }
    let mode = entry["mode"].as_str().and_then(Mode::parse);
    let mode = mode.ok_or_else(|| wrong("Must supply a valid tree.mode"))?;
    if entry["type"]
        .as_str()
        .is_some_and(|kind| kind != mode.kind())
    {
        return Err(wrong("tree.type does not match tree.mode"));
    }
    match (&entry["sha"], entry["content"].as_str()) {
        (Value::Null, Some(text)) => {
            let id = world.repository.store.insert_blob(text.as_bytes());
            place(files, path, Some(File { mode, id }));
        }
        (Value::Null, None) if entry.get("sha").is_some() => take_away(files, path)?,
        (Value::String(_), Some(_)) | (Value::Null, None) => {
            return Err(wrong("Must supply either tree.sha or tree.content."));
        }
        (sha, _) => put_object(world, files, path, mode, sha.as_str().unwrap_or_default())?,
    }
    Ok(())
}

/// `sha: null` takes a file or a whole folder away, which must be there.
fn take_away(files: &mut Files, path: &str) -> Result<(), Refusal> {
    let before = files.len();
    place(files, path, None);
    if files.len() == before {
        return Err(Refusal::new(422, "GitRPC::BadObjectState"));
    }
    Ok(())
}

fn put_object(
    world: &World,
    files: &mut Files,
    path: &str,
    mode: Mode,
    sha: &str,
) -> Result<(), Refusal> {
    let store = &world.repository.store;
    let wrong = || {
        Refusal::new(
            422,
            format!("tree.sha {sha} is not a valid {}", mode.kind()),
        )
    };
    let id = Id::parse(sha).ok_or_else(wrong)?;
    match mode {
        Mode::Folder => {
            store.tree(id).ok_or_else(wrong)?;
            place(files, path, None);
            for (below, file) in store.files(id) {
                place(files, &format!("{path}/{below}"), Some(file));
            }
        }
        // The commit of a submodule is in another repository.
        Mode::Submodule => place(files, path, Some(File { mode, id })),
        Mode::File | Mode::Executable | Mode::Link => {
            store.blob(id).ok_or_else(wrong)?;
            place(files, path, Some(File { mode, id }));
        }
    }
    Ok(())
}

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let id = tree(world, call.word()).ok_or_else(Refusal::not_found)?;
    // Any value at all means yes, `0` and `false` too (docs: "Get a tree").
    let recursive = call.request.query("recursive").is_some();
    Ok(Reply::json(200, &world.show_tree(id, recursive)))
}

/// A tree by its own hash, or that of a commit by anything that names one.
fn tree(world: &World, word: &str) -> Option<Id> {
    let store = &world.repository.store;
    let own = Id::parse(word).filter(|id| store.tree(*id).is_some());
    own.or_else(|| Some(store.commit(world.repository.resolve(word)?)?.tree))
}
