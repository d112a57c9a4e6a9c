//! `EMSA-PSS` with SHA-256 and a salt of 32 octets, and what differs from it (RFC 8017, section 9.1).

use super::OCTETS;
use aws_lc_rs::digest::{self, Algorithm, digest};

/// One way to encode a message; the default is the right one.
#[derive(Clone)]
struct Encoding {
    /// The hash of the message, and of `M'`.
    hash: &'static Algorithm,
    /// The hash of the mask generation function.
    mask: &'static Algorithm,
    salt: Vec<u8>,
    /// What stands between the padding and the salt.
    separator: u8,
    trailer: Vec<u8>,
    /// An octet of the padding that is not zero.
    stained: Option<usize>,
    /// Whether the highest bit stays set, which is one more than the modulus has room for.
    full: bool,
}

fn right(salt: &[u8]) -> Encoding {
    Encoding {
        hash: &digest::SHA256,
        mask: &digest::SHA256,
        salt: salt.to_vec(),
        separator: 0x01,
        trailer: vec![0xbc],
        stained: None,
        full: false,
    }
}

/// `MGF1` (RFC 8017, appendix B.2.1).
fn mask(hash: &'static Algorithm, seed: &[u8], octets: usize) -> Vec<u8> {
    let blocks = (0..u32::try_from(octets).unwrap_or(u32::MAX)).flat_map(|count| {
        let block = [seed, &count.to_be_bytes()].concat();
        digest(hash, &block).as_ref().to_vec()
    });
    blocks.take(octets).collect()
}

impl Encoding {
    fn of(&self, message: &[u8]) -> Vec<u8> {
        let hashed = digest(self.hash, message);
        let salted = [&[0; 8][..], hashed.as_ref(), &self.salt].concat();
        let hash = digest(self.hash, &salted);
        let octets = OCTETS - hash.as_ref().len() - self.trailer.len();
        let mut block = vec![0; octets];
        let start = octets - self.salt.len();
        block[start..].copy_from_slice(&self.salt);
        block[start - 1] = self.separator;
        if let Some(at) = self.stained {
            block[at] = 0x01;
        }
        let mask = mask(self.mask, hash.as_ref(), octets);
        block
            .iter_mut()
            .zip(mask)
            .for_each(|(octet, mask)| *octet ^= mask);
        block[0] &= 0x7f;
        if self.full {
            block[0] |= 0x80;
        }
        [&block[..], hash.as_ref(), &self.trailer].concat()
    }
}

/// A block that has to be accepted, whatever the salt.
pub(super) fn right_block(message: &[u8], salt: &[u8]) -> Vec<u8> {
    right(salt).of(message)
}

/// Blocks of other forms, each with what is wrong.
pub(super) fn wrong_blocks(message: &[u8]) -> Vec<(String, Vec<u8>)> {
    let salt = vec![0x5a; 32];
    let mut blocks = Vec::new();
    let mut push = |what: String, encoding: Encoding| blocks.push((what, encoding.of(message)));
    let with = |change: &dyn Fn(&mut Encoding)| {
        let mut encoding = right(&salt);
        change(&mut encoding);
        encoding
    };
    for length in [0, 1, 8, 20, 28, 31, 33, 48, 64, 127, OCTETS - 34] {
        let salt = vec![0x5a; length];
        push(format!("salt of {length} octets"), right(&salt));
    }
    for (name, hash) in [
        ("SHA-1", &digest::SHA1_FOR_LEGACY_USE_ONLY),
        ("SHA-224", &digest::SHA224),
        ("SHA-384", &digest::SHA384),
        ("SHA-512", &digest::SHA512),
        ("SHA-512/256", &digest::SHA512_256),
        ("SHA3-256", &digest::SHA3_256),
    ] {
        push(format!("MGF1 with {name}"), with(&|e| e.mask = hash));
        push(
            format!("{name} with MGF1 of SHA-256"),
            with(&|e| e.hash = hash),
        );
        let all = |e: &mut Encoding| (e.hash, e.mask) = (hash, hash);
        push(format!("all of it {name}"), with(&all));
        // As long as its digest; of 32 octets it is the one above.
        if hash.output_len != salt.len() {
            let own = vec![0x5a; hash.output_len];
            let all = |e: &mut Encoding| (e.hash, e.mask, e.salt) = (hash, hash, own.clone());
            push(format!("all of it {name}, and its salt"), with(&all));
        }
    }
    for trailer in [0x00, 0x01, 0xbb, 0xbd, 0xcc, 0xff] {
        let wrong = |e: &mut Encoding| e.trailer = vec![trailer];
        push(format!("trailer {trailer:02X}"), with(&wrong));
    }
    // The trailer of two octets that names its hash (ISO/IEC 9796-2).
    push(
        "trailer 34CC".to_owned(),
        with(&|e| e.trailer = vec![0x34, 0xcc]),
    );
    for separator in [0x00, 0x02, 0x81, 0xff] {
        let wrong = |e: &mut Encoding| e.separator = separator;
        push(format!("separator {separator:02X}"), with(&wrong));
    }
    for at in [1, 100, OCTETS - 32 - 1 - 32 - 2] {
        push(
            format!("padding octet {at} is 01"),
            with(&|e| e.stained = Some(at)),
        );
    }
    blocks.extend(spoilt(message, &salt));
    blocks
}

/// The right block with octets changed afterwards.
fn spoilt(message: &[u8], salt: &[u8]) -> Vec<(String, Vec<u8>)> {
    let block = right_block(message, salt);
    let mut blocks: Vec<(String, Vec<u8>)> = [0, 101, OCTETS - 33, OCTETS - 20, OCTETS - 2]
        .into_iter()
        .map(|at| {
            let mut block = block.clone();
            block[at] ^= 1;
            (format!("octet {at} changed"), block)
        })
        .collect();
    // Not every such block is below the modulus; some salt gives one.
    let full = (0..=255).map(|octet| {
        let mut encoding = right(&[octet; 32]);
        encoding.full = true;
        encoding.of(message)
    });
    blocks.extend(
        full.min()
            .map(|block| ("the highest bit set".to_owned(), block)),
    );
    blocks
}
