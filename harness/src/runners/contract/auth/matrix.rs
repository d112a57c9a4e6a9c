//! Which requirement of a standard is asked by which checks: a row without checks is a defect of the suite.

/// Requirements of one standard or test plan: its name, then each requirement with its checks.
type Rows = (
    &'static str,
    &'static [(&'static str, &'static [&'static str])],
);

/// Every requirement.
pub const MATRIX: &[Rows] = &[
    (
        "RFC 8725",
        &[
            (
                "3.1 algorithm verification",
                &[
                    "AL-5", "AL-6", "AL-7", "AL-8", "AL-9", "AL-10", "AL-11", "AL-12",
                ],
            ),
            ("3.2 appropriate algorithms", &["AL-11", "AL-19", "DI-8"]),
            (
                "3.3 validate all cryptographic operations",
                &["AL-1", "AL-2", "AL-3", "AL-4", "ST-1", "ST-10"],
            ),
            (
                "3.4 cryptographic inputs",
                &["AL-13", "AL-14", "AL-15", "KS-9", "KS-11"],
            ),
            ("3.5 entropy of keys", &["AL-9", "KS-8", "KS-10"]),
            ("3.6 compression", &["ST-11"]),
            ("3.7 UTF-8", &["ST-7"]),
            (
                "3.8 issuer and subject",
                &["CL-8", "CL-9", "CL-13", "CL-16", "DI-2"],
            ),
            ("3.9 audience", &["CL-10"]),
            (
                "3.10 received claims",
                &[
                    "HD-1", "HD-2", "HD-3", "HD-4", "HD-5", "HD-6", "HD-7", "HD-8",
                ],
            ),
            ("3.11 explicit typing", &["HD-11"]),
            ("3.12 mutually exclusive rules", &["CL-11", "CL-12"]),
        ],
    ),
    (
        "RFC 7515",
        &[
            ("4.1.11 crit", &["HD-10"]),
            ("10.12 duplicate members", &["ST-6"]),
        ],
    ),
    (
        "RFC 7517",
        &[
            ("4.2, 4.3 use and key_ops", &["KS-3", "KS-4"]),
            ("4.5 kid", &["KS-6", "KS-7", "HD-12"]),
            ("5 sets with unknown keys", &["KS-1", "KS-2"]),
        ],
    ),
    (
        "RFC 7518",
        &[
            ("3.3 RSA of 2048 bits", &["KS-8"]),
            ("3.4 ECDSA", &["AL-14", "AL-15"]),
        ],
    ),
    (
        "RFC 7519",
        &[(
            "4.1.1 to 4.1.6 claims",
            &[
                "CL-1", "CL-2", "CL-3", "CL-4", "CL-5", "CL-6", "CL-7", "CL-8", "CL-9", "CL-10",
            ],
        )],
    ),
    ("RFC 8414", &[("3.3 issuer of the document", &["DI-2"])]),
    (
        "RFC 9068",
        &[("4 validation", &["AB-1", "HD-11", "CL-7", "CL-13"])],
    ),
    (
        "RFC 6750",
        &[("3.1 error codes", &["AB-2", "AB-12", "AB-14"])],
    ),
    (
        "OpenID conformance, relying parties",
        &[
            ("invalid-iss", &["CL-8"]),
            ("missing-sub", &["CL-13"]),
            ("invalid-aud", &["CL-10"]),
            ("missing-iat", &["CL-7"]),
            (
                "kid-absent-single-jwks, kid-absent-multiple-jwks",
                &["HD-12"],
            ),
            ("idtoken-sig-none", &["AL-5"]),
            ("invalid-sig-*", &["AL-2"]),
            ("discovery-openid-config", &["DI-1"]),
            ("discovery-jwks-uri-keys", &["JB-1"]),
            ("discovery-issuer-mismatch", &["DI-2"]),
            ("signing-key-rotation*", &["JB-4", "JB-8"]),
        ],
    ),
];

/// The matrix, a line a requirement.
pub fn text() -> String {
    let mut text = "requirements and the checks that ask for them".to_owned();
    for (standard, rows) in MATRIX {
        for (requirement, checks) in *rows {
            text += &format!("\n{standard} {requirement}: {}", checks.join(" "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::check;
    use super::*;

    #[test]
    fn no_row_is_empty_and_every_check_exists() {
        let rows = MATRIX.iter().flat_map(|(_, rows)| rows.iter());
        for (requirement, checks) in rows.clone() {
            assert!(!checks.is_empty(), "{requirement}");
            for id in *checks {
                assert!(check(id).is_some(), "{requirement}: {id}");
            }
        }
        assert_eq!(text().lines().count(), 1 + rows.count());
    }
}
