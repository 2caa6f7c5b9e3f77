//! Keys and headers.

use chrono::{DateTime, Utc};
use holdfast_archive::{
    ArchiveError, Dek, Header, RecipientKind, RecipientPrivate, RecipientPublic, SigningKey, VerifyingKey,
    generate_recipient,
};
use uuid::Uuid;

const EPOCH: DateTime<Utc> = DateTime::<Utc>::UNIX_EPOCH;

#[test]
fn every_key_survives_its_text() {
    let (private, public) = generate_recipient(RecipientKind::Store);
    let read = RecipientPrivate::parse(&format!("  {}\n", private.to_text().as_str())).unwrap();
    assert_eq!(read.public(RecipientKind::Store), public);
    assert_eq!(RecipientPublic::parse(RecipientKind::Store, &public.to_text()).unwrap(), public);
    assert_eq!((private.id(), public.id.len()), (public.id.as_str(), 16));
    let signing = SigningKey::generate();
    assert_eq!(SigningKey::parse(&signing.to_text()).unwrap().id(), signing.id());
    assert_eq!(VerifyingKey::parse(&signing.verifying_key().to_text()).unwrap(), signing.verifying_key());
}

#[test]
fn no_private_key_prints_itself() {
    let (private, _) = generate_recipient(RecipientKind::Store);
    let signing = SigningKey::generate();
    assert_eq!(format!("{private:?}"), format!("RecipientPrivate({})", private.id()));
    assert_eq!(format!("{signing:?}"), format!("SigningKey({})", signing.id()));
    assert_eq!(format!("{:?}", Dek::generate()), "Dek(hidden)");
}

#[test]
fn a_mistyped_key_is_refused_and_told_what_was_expected() {
    let (_, public) = generate_recipient(RecipientKind::Store);
    let text = public.to_text();
    for at in "hf-pub-1:".len()..text.len() {
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mistyped = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        let refused = RecipientPublic::parse(RecipientKind::Store, &mistyped).unwrap_err().to_string();
        assert!(refused.contains("expected a public key, one line `hf-pub-1:…`"), "{refused}");
        assert!(!refused.contains(&mistyped[at..]) || at + 3 > text.len(), "{refused}");
    }
    for wrong in ["", "hf-pub-1:", "hf-pub-1:AAAA", "hf-pub-1:???", &text[..text.len() - 1], "ssh-ed25519 AAAA"] {
        assert!(RecipientPublic::parse(RecipientKind::Store, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_key_of_another_kind_is_named_and_not_shown() {
    let (private, _) = generate_recipient(RecipientKind::Store);
    let refused = RecipientPublic::parse(RecipientKind::Store, &private.to_text()).unwrap_err().to_string();
    assert_eq!(refused, "a key cannot be read: expected a public key, one line `hf-pub-1:…`, found `hf-key-1:…`");
    let renamed = private.to_text().replace("hf-key-1:", "hf-sign-1:");
    assert!(SigningKey::parse(&renamed).is_err());
}

#[test]
fn a_header_needs_a_store_key_and_an_escrow_key_that_is_another() {
    let (private, store) = generate_recipient(RecipientKind::Store);
    let (_, escrow) = generate_recipient(RecipientKind::Escrow);
    let create = |to: &[RecipientPublic]| Header::create("acme", Uuid::now_v7(), EPOCH, &Dek::generate(), to);
    assert!(matches!(create(&[]), Err(ArchiveError::MissingRecipient { missing: "store" })));
    assert!(matches!(create(std::slice::from_ref(&store)), Err(ArchiveError::MissingRecipient { missing: "escrow" })));
    assert!(matches!(create(std::slice::from_ref(&escrow)), Err(ArchiveError::MissingRecipient { missing: "store" })));
    let same = private.public(RecipientKind::Escrow);
    assert!(matches!(create(&[store.clone(), same]), Err(ArchiveError::DuplicateRecipient { .. })));
    create(&[store, escrow]).unwrap();
}

#[test]
fn a_header_survives_its_bytes_and_opens_for_each_recipient() {
    let (private, store) = generate_recipient(RecipientKind::Store);
    let (offline, escrow) = generate_recipient(RecipientKind::Escrow);
    let (second, escrow_two) = generate_recipient(RecipientKind::Escrow);
    let header = Header::create("acme", Uuid::now_v7(), EPOCH, &Dek::generate(), &[store, escrow, escrow_two]).unwrap();
    let read = Header::parse(&header.to_bytes()).unwrap();
    assert_eq!(read, header);
    for key in [private, offline, second] {
        read.unwrap(&key).unwrap();
    }
}
