//! Ed25519 keys (RFC 8032) as people keep them: PKCS #8 and SubjectPublicKeyInfo in PEM (RFC 8410).

use super::pem;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// SubjectPublicKeyInfo of an Ed25519 key up to its 32 octets (RFC 8410, section 4). DER has no other way to say it.
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// Octets of a public key.
const OCTETS: usize = 32;

/// Why a file is no key that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No block at all.
    #[error("there is no PEM block in it")]
    NoPem,
    /// More than one block.
    #[error("there are several PEM blocks in it, and one key is wanted")]
    Several,
    /// A block of something else, such as the other half of the pair.
    #[error("it holds `{found}`, and `{wanted}` is wanted")]
    Label {
        /// What the block says it is.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Not base64, or cut off.
    #[error("its PEM block is damaged: {0}")]
    Damaged(String),
    /// RSA, another curve, or damaged inside.
    #[error("it is no Ed25519 key")]
    NotEd25519,
}

/// A key that signs. Its `Debug` shows the public half alone.
#[derive(Debug)]
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Reads an unencrypted PKCS #8 key, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// Anything else.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::octets(text, "PRIVATE KEY")?;
        let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|_| KeyError::NotEd25519)?;
        Ok(Self(pair))
    }

    /// The signature, 64 octets; the same message has the same one every time (RFC 8032, section 5.1.6).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }

    /// The half that verifies.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }
}

/// A key that verifies: its 32 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// Anything else; the private half, too.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::octets(text, "PUBLIC KEY")?;
        match der.strip_prefix(&SPKI) {
            Some(octets) if octets.len() == OCTETS => Ok(Self(octets.to_vec())),
            _ => Err(KeyError::NotEd25519),
        }
    }

    /// What envelopes call it: SHA-256 of its SubjectPublicKeyInfo in DER, in hex digits.
    pub fn id(&self) -> String {
        let digest = Sha256::new().chain_update(SPKI).chain_update(&self.0);
        let digest = digest.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the signature is this key's over exactly this message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(message, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    const PRIVATE: &str = include_str!("../../../fixtures/keys/ed25519.pem");
    const RSA: &str = include_str!("../../../fixtures/keys/rsa-a.pem");
    const P256: &str = include_str!("../../../fixtures/keys/p256-a.pem");

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        let digits = digits.map(|pair| std::str::from_utf8(pair).unwrap());
        digits.map(|d| u8::from_str_radix(d, 16).unwrap()).collect()
    }

    fn block(label: &str, der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    fn private(seed: &str) -> String {
        let der = format!("302e020100300506032b657004220420{seed}");
        block("PRIVATE KEY", &bytes(&der))
    }

    /// Seed, public key, message and signature of RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc).
    const VECTORS: [[&str; 4]; 4] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
        [
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
        ],
    ];

    #[test]
    fn it_signs_and_verifies_as_rfc_8032_says() {
        for [seed, public, message, signature] in VECTORS {
            let (message, signature) = (bytes(message), bytes(signature));
            let key = SigningKey::from_pem(&private(seed)).unwrap();
            assert_eq!(key.public().0, bytes(public));
            assert_eq!(key.sign(&message), signature);
            let der = [&SPKI[..], &bytes(public)].concat();
            let read = PublicKey::from_pem(&block("PUBLIC KEY", &der)).unwrap();
            assert!(read.verifies(&message, &signature));
            for at in [0, 31, 32, 63] {
                let mut wrong = signature.clone();
                wrong[at] ^= 1;
                assert!(!read.verifies(&message, &wrong), "octet {at}");
            }
            assert!(!read.verifies(&[&message[..], b"x"].concat(), &signature));
            assert!(!read.verifies(&message, &signature[..63]));
            assert!(!read.verifies(&message, b""));
        }
    }

    /// `S` and `S + L` would both verify where nobody looks (RFC 8032, section 5.1.7): then a signature has twins.
    #[test]
    fn a_signature_has_no_twin() {
        const L: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
        let [_, public, message, signature] = VECTORS[2];
        let mut twin = bytes(signature);
        let mut carry = 0_u16;
        for (octet, add) in twin[32..].iter_mut().zip(bytes(L)) {
            carry += u16::from(*octet) + u16::from(add);
            *octet = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        assert_eq!(carry, 0);
        assert!(!PublicKey(bytes(public)).verifies(&bytes(message), &twin));
    }

    /// `openssl pkey -pubout -outform DER | sha256sum` says the same.
    #[test]
    fn an_id_is_the_digest_of_the_public_key() {
        let id = SigningKey::from_pem(PRIVATE).unwrap().public().id();
        assert_eq!(
            id,
            "0e69bc2fe57c34d51ef74dfe76ac0d0d2a82865003b0ab667a1cafb73c8398eb"
        );
    }

    #[test]
    fn what_is_no_key_is_refused_by_name() {
        let of = |text: &str| SigningKey::from_pem(text).unwrap_err();
        assert_eq!(of(""), KeyError::NoPem);
        assert_eq!(of("nothing\n-----BEGIN"), KeyError::NoPem);
        assert_eq!(of(&PRIVATE.repeat(2)), KeyError::Several);
        assert_eq!(of(RSA), KeyError::NotEd25519);
        assert_eq!(of(P256), KeyError::NotEd25519);
        assert_eq!(of(&block("PRIVATE KEY", b"")), KeyError::NotEd25519);
        let encrypted = of(&PRIVATE.replace("PRIVATE", "ENCRYPTED PRIVATE"));
        assert!(encrypted.to_string().contains("ENCRYPTED PRIVATE KEY"));
        let cut = &PRIVATE[..PRIVATE.len() - 30];
        assert!(matches!(of(cut), KeyError::Damaged(_)));
        let damaged = PRIVATE.replace("MC4C", "MC4*");
        assert!(matches!(of(&damaged), KeyError::Damaged(_)));
        let private = PublicKey::from_pem(PRIVATE).unwrap_err();
        assert!(private.to_string().contains("`PUBLIC KEY` is wanted"));
        let short = block("PUBLIC KEY", &[&SPKI[..], &[1; 31]].concat());
        assert_eq!(
            PublicKey::from_pem(&short).unwrap_err(),
            KeyError::NotEd25519
        );
    }

    #[test]
    fn a_private_key_is_not_shown() {
        let shown = format!("{:?}", SigningKey::from_pem(PRIVATE).unwrap());
        let seed = STANDARD.decode("cIUibEu4mhOpCA0q/Rl8x0DRkHNiCtKmfRfgrjEH+Vk=");
        let hex: String = seed.unwrap().iter().map(|b| format!("{b:02x}")).collect();
        assert!(!shown.to_lowercase().contains(&hex[..16]), "{shown}");
    }
}
