//! Blobs: bytes in, bytes out.

use super::super::git::Id;
use super::super::reply::{Answer, Refusal, Reply};
use super::super::world::World;
use super::Call;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Base64 with or without line breaks.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let bare: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(bare).ok()
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    if world.repository.is_empty() {
        return Err(Refusal::empty_repository());
    }
    let text = call.needed("content");
    let content = match call.text("encoding").unwrap_or("utf-8") {
        "base64" => decoded(text).ok_or_else(|| Refusal::new(422, "Invalid Base64 content"))?,
        "utf-8" => text.as_bytes().to_vec(),
        _ => return Err(Refusal::new(422, "Unsupported encoding")),
    };
    let id = world.repository.store.insert_blob(&content);
    Ok(Reply::created(&world.show_short_blob(id)))
}

pub(super) fn show(world: &World, call: &Call<'_>) -> Answer {
    let id = Id::parse(call.word()).ok_or_else(Refusal::not_found)?;
    let content = world
        .repository
        .store
        .blob(id)
        .ok_or_else(Refusal::not_found)?;
    if call.wants_raw() {
        return Ok(Reply::raw(
            200,
            "application/vnd.github.raw; charset=utf-8",
            content,
        ));
    }
    Ok(Reply::json(200, &world.show_blob(id, content)))
}
