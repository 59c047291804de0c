//! Sealing: how private keys rest in the database.
//! Spec: <https://www.rfc-editor.org/rfc/rfc7516> (JWE, compact form),
//! RFC 7518 section 4.8 (PBES2) and 4.5 (`dir`), content under `A256GCM`.
//!
//! Either a passphrase from the environment is stretched for each seal, or 32
//! random bytes from a key file encrypt directly. The header's `kid` says
//! which, so that a wrong start is told apart from a changed text.
//!
//! Opening a seal by passphrase costs about a tenth of a second by design: the
//! caller opens each key once and keeps the signer.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use josekit::jwe::alg::pbes2_hmac_aeskw::Pbes2HmacAeskwJweAlgorithm;
use josekit::jwe::{self, Dir, JweHeader};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{KeyError, Secret, SharedSigner, jwk};
use crate::ambient::Ambient;

/// What OWASP asks of PBKDF2 with SHA-512; josekit opens up to a million.
const ITERATIONS: usize = 210_000;
const SALT_BYTES: usize = 16;
const PBES2: Pbes2HmacAeskwJweAlgorithm = Pbes2HmacAeskwJweAlgorithm::Pbes2Hs512A256kw;

const PASSPHRASE_KID: &str = "passphrase";
const KEY_FILE_KID: &str = "key-file";

/// What seals and opens private keys. All replicas on one database hold the
/// same one.
pub struct SealingKey {
    kind: Kind,
    /// The JWE `kid`: the kind, and for a key file which one.
    kid: String,
}

enum Kind {
    Passphrase(Secret),
    KeyFile { key: Zeroizing<[u8; 32]>, path: PathBuf, created: bool },
}

impl SealingKey {
    /// Stretches `passphrase` anew for each key that it seals.
    pub fn from_passphrase(passphrase: Secret) -> Result<Self, KeyError> {
        if passphrase.expose().is_empty() {
            return Err(KeyError::EmptyPassphrase);
        }
        Ok(Self { kind: Kind::Passphrase(passphrase), kid: PASSPHRASE_KID.to_owned() })
    }

    /// Reads the key file, and makes it where there is none: 32 random bytes,
    /// mode 0600. Of several processes that start at once all read the same.
    ///
    /// Not for a database that holds seals already: a new key opens none of them.
    pub fn from_file(path: &Path, ambient: &Ambient) -> Result<Self, KeyError> {
        let (key, created) = match read_key_file(path)? {
            Some(key) => (key, false),
            None => create_key_file(path, ambient)?,
        };
        Ok(Self::of_file(path, key, created))
    }

    /// Reads the key file and makes nothing; `None` where there is no such file.
    pub fn from_existing_file(path: &Path) -> Result<Option<Self>, KeyError> {
        Ok(read_key_file(path)?.map(|key| Self::of_file(path, key, false)))
    }

    fn of_file(path: &Path, key: Zeroizing<[u8; 32]>, created: bool) -> Self {
        let digest = Sha256::digest([b"touchmark key file\0".as_slice(), &*key].concat());
        let mark: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let kid = format!("{KEY_FILE_KID}-{mark}");
        Self { kind: Kind::KeyFile { key, path: path.to_owned(), created }, kid }
    }

    /// One sentence for the log and for `doctor`: what protects the keys.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Passphrase(_) => {
                "private keys are sealed with the passphrase in TOUCHMARK_KEY_PASSPHRASE".into()
            }
            Kind::KeyFile { path, created, .. } => format!(
                "private keys are sealed with the {} key file {}: back it up apart from the \
                 database, for without it they are lost",
                if *created { "new" } else { "existing" },
                path.display()
            ),
        }
    }

    /// Encrypts a private JWK. No two seals of one key are alike.
    pub fn seal(&self, private_jwk: &Secret) -> Result<String, KeyError> {
        let mut header = JweHeader::new();
        header.set_content_encryption("A256GCM");
        header.set_content_type("jwk+json");
        header.set_key_id(&self.kid);
        let payload = private_jwk.expose().as_bytes();
        let sealed = match &self.kind {
            Kind::Passphrase(passphrase) => {
                PBES2.encrypter_from_bytes(passphrase.expose()).and_then(|mut encrypter| {
                    encrypter.set_iter_count(ITERATIONS);
                    encrypter.set_salt_len(SALT_BYTES);
                    jwe::serialize_compact(payload, &header, &encrypter)
                })
            }
            Kind::KeyFile { key, .. } => Dir
                .encrypter_from_bytes(key.as_slice())
                .and_then(|encrypter| jwe::serialize_compact(payload, &header, &encrypter)),
        };
        sealed.map_err(|e| KeyError::Seal(e.to_string()))
    }

    /// The signer in a seal, given the public JWK that is stored beside it. By
    /// passphrase this takes a tenth of a second: call it once for each key.
    pub fn signer(&self, sealed: &str, public_jwk: &str) -> Result<SharedSigner, KeyError> {
        let signer = jwk::signer(&self.open(sealed)?)?;
        // Whoever can write to the database must not be able to hand one issuer
        // the key of another.
        if jwk::thumbprint(signer.public_jwk())? != jwk::thumbprint(public_jwk)? {
            return Err(KeyError::OtherKeyInside);
        }
        Ok(signer)
    }

    /// Decrypts what `seal` returned under the same key.
    pub fn open(&self, sealed: &str) -> Result<Secret, KeyError> {
        let sealed_with = read_kid(sealed).ok_or(KeyError::NotSealed)?;
        if sealed_with != self.kid {
            let held = match &self.kind {
                Kind::Passphrase(_) => name(&self.kid),
                Kind::KeyFile { path, .. } => format!("{} ({})", name(&self.kid), path.display()),
            };
            return Err(KeyError::OtherSealingKey { sealed: name(&sealed_with), held });
        }
        let (opened, doubt) = match &self.kind {
            Kind::Passphrase(passphrase) => (
                PBES2
                    .decrypter_from_bytes(passphrase.expose())
                    .and_then(|decrypter| jwe::deserialize_compact(sealed, &decrypter)),
                "the passphrase is another than the one that sealed it",
            ),
            Kind::KeyFile { key, .. } => (
                Dir.decrypter_from_bytes(key.as_slice())
                    .and_then(|decrypter| jwe::deserialize_compact(sealed, &decrypter)),
                "the key file is another than the one that sealed it",
            ),
        };
        let (bytes, _) = opened.map_err(|_| KeyError::DoesNotOpen(doubt))?;
        let text = String::from_utf8(bytes).map_err(|_| KeyError::DoesNotOpen("it is no text"))?;
        Ok(Secret::new(text))
    }
}

/// What a seal says that it was sealed with, in words.
pub fn sealed_with(sealed: &str) -> Result<String, KeyError> {
    read_kid(sealed).map(|kid| name(&kid)).ok_or(KeyError::NotSealed)
}

/// The header's `kid`, before anything is decrypted.
fn read_kid(sealed: &str) -> Option<String> {
    use base64::Engine;
    let header = sealed.split_once('.')?.0;
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).ok()?;
    JweHeader::from_bytes(&header).ok()?.key_id().map(str::to_owned)
}

fn name(kid: &str) -> String {
    match kid.strip_prefix(KEY_FILE_KID) {
        Some(mark) => format!("key file {}", mark.trim_start_matches('-')),
        None => format!("a {kid}"),
    }
}

/// `None` where there is no such file.
fn read_key_file(path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, KeyError> {
    let failed = |source| KeyError::File { path: path.to_owned(), source };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::FileOpenToOthers { path: path.to_owned(), mode });
    }
    let found = metadata.len();
    if found != 32 {
        return Err(KeyError::FileSize { path: path.to_owned(), found });
    }
    let mut key = Zeroizing::new([0; 32]);
    file.read_exact(key.as_mut_slice()).map_err(failed)?;
    Ok(Some(key))
}

/// The key, and whether this process is the one that made it.
fn create_key_file(
    path: &Path,
    ambient: &Ambient,
) -> Result<(Zeroizing<[u8; 32]>, bool), KeyError> {
    let failed = |source| KeyError::File { path: path.to_owned(), source };
    let key = Zeroizing::new(ambient.random::<32>());
    if place_key_file(path, &key, u64::from_le_bytes(ambient.random())).map_err(failed)? {
        return Ok((key, true));
    }
    let theirs = read_key_file(path)?;
    theirs.map(|key| (key, false)).ok_or_else(|| failed(ErrorKind::NotFound.into()))
}

/// Writes beside `path` and links into place: the file is there whole or not at
/// all, and one that is there already stays (`false`).
fn place_key_file(path: &Path, key: &[u8; 32], draw: u64) -> io::Result<bool> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = folder.join(format!(".keys-{draw:016x}.draft"));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let placed = file
        .write_all(key)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    match placed {
        Ok(()) => File::open(folder)?.sync_all().map(|()| true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::Algorithm;
    use super::*;

    fn passphrase(text: &str) -> SealingKey {
        SealingKey::from_passphrase(Secret::new(text.into())).unwrap()
    }

    fn file_key(path: &Path) -> SealingKey {
        SealingKey::from_file(path, &Ambient::system()).unwrap()
    }

    fn any_jwk() -> Secret {
        Secret::new(r#"{"kty":"OKP","d":"not really"}"#.into())
    }

    /// The text with one character of its last part (the tag) changed.
    fn changed(sealed: &str) -> String {
        let at = sealed.len() - 5;
        let other = if &sealed[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &sealed[..at], &sealed[at + 1..])
    }

    #[test]
    fn a_passphrase_opens_what_it_sealed_and_nothing_else_does() {
        let key = passphrase("correct horse");
        let sealed = key.seal(&any_jwk()).unwrap();
        assert_eq!(key.open(&sealed).unwrap(), any_jwk());
        let wrong = passphrase("incorrect horse").open(&sealed);
        assert!(matches!(wrong, Err(KeyError::DoesNotOpen(_))));
        assert!(matches!(key.open(&changed(&sealed)), Err(KeyError::DoesNotOpen(_))));
        assert!(!sealed.contains("not really"));
    }

    #[test]
    fn a_passphrase_is_stretched_210_000_times_with_a_fresh_salt() {
        use base64::Engine;
        let header = |sealed: &str| {
            let part = sealed.split('.').next().unwrap().to_owned();
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
        };
        let key = passphrase("correct horse");
        let (one, two) =
            (header(&key.seal(&any_jwk()).unwrap()), header(&key.seal(&any_jwk()).unwrap()));
        assert_eq!(one["alg"], "PBES2-HS512+A256KW");
        assert_eq!(one["enc"], "A256GCM");
        assert_eq!(one["p2c"], 210_000);
        assert_ne!(one["p2s"], two["p2s"]);
    }

    #[test]
    fn a_key_file_is_made_once_with_mode_0600_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/keys.secret");
        let first = file_key(&path);
        assert!(first.describe().contains("the new key file"));
        let sealed = first.seal(&any_jwk()).unwrap();
        let second = file_key(&path);
        assert!(second.describe().contains("the existing key file"));
        assert_eq!(second.open(&sealed).unwrap(), any_jwk());
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        let left = path.parent().unwrap().read_dir().unwrap().count();
        assert_eq!(left, 1, "no draft stays behind");
        assert!(matches!(second.open(&changed(&sealed)), Err(KeyError::DoesNotOpen(_))));
    }

    #[test]
    fn processes_that_start_at_once_share_one_key_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.secret");
        let kids: std::collections::HashSet<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| file_key(&path).kid)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(kids.len(), 1);
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.secret");
        file_key(&path);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = SealingKey::from_file(&path, &Ambient::system()).err().unwrap();
        assert!(error.to_string().contains("mode 640"), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_key_file_of_another_size_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.secret");
        file_key(&path);
        std::fs::write(&path, b"short").unwrap();
        let refused = SealingKey::from_file(&path, &Ambient::system());
        assert!(matches!(refused, Err(KeyError::FileSize { found: 5, .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"short");
    }

    #[test]
    fn a_start_with_the_other_kind_of_key_is_told_apart_from_a_changed_text() {
        let folder = tempfile::tempdir().unwrap();
        let by_file = file_key(&folder.path().join("one"));
        let by_other_file = file_key(&folder.path().join("two"));
        let by_passphrase = passphrase("correct horse");
        let sealed = by_file.seal(&any_jwk()).unwrap();
        for other in [&by_other_file, &by_passphrase] {
            let error = other.open(&sealed).unwrap_err();
            assert!(matches!(error, KeyError::OtherSealingKey { .. }), "{error}");
        }
        assert!(matches!(by_file.open("no seal"), Err(KeyError::NotSealed)));
    }

    #[test]
    fn a_seal_that_holds_the_key_of_another_issuer_gives_no_signer() {
        let folder = tempfile::tempdir().unwrap();
        let sealing = file_key(&folder.path().join("keys.secret"));
        let make = || jwk::generate(Algorithm::Ed25519, &Ambient::system()).unwrap();
        let (nea, other) = (make(), make());
        let sealed = sealing.seal(&nea.private_jwk).unwrap();
        let signer = sealing.signer(&sealed, &nea.public_jwk).unwrap();
        assert_eq!(signer.public_jwk(), nea.public_jwk);
        let swapped = sealing.signer(&sealed, &other.public_jwk);
        assert!(matches!(swapped, Err(KeyError::OtherKeyInside)));
    }

    #[test]
    fn an_empty_passphrase_is_refused() {
        let empty = SealingKey::from_passphrase(Secret::new(String::new()));
        assert!(matches!(empty, Err(KeyError::EmptyPassphrase)));
    }
}
