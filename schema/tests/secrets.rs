//! Secrets: fetched from where they are kept, and shown nowhere.

use std::fs;
use std::path::PathBuf;

use holdfast_schema::Fault;
use holdfast_schema::config::Secret;

const PLANTED: &str = "mysql://backup:hunter2-planted@db/shop";

fn command(words: &[&str]) -> Secret {
    Secret::Command(words.iter().map(|word| (*word).to_owned()).collect())
}

async fn why(secret: Secret) -> String {
    secret.resolve().await.expect_err("the secret was had").to_string()
}

#[tokio::test]
async fn a_secret_is_had_from_the_environment_a_file_and_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    fs::write(&file, format!("{PLANTED}\n")).unwrap();
    assert_eq!(*Secret::File(file.clone()).resolve().await.unwrap(), PLANTED);
    assert_eq!(*command(&["cat", &file.display().to_string()]).resolve().await.unwrap(), PLANTED);
    // Cargo sets it for every test; setting one of our own would race with the other tests.
    assert_eq!(*Secret::Env("CARGO_PKG_NAME".to_owned()).resolve().await.unwrap(), "holdfast-schema");
}

#[tokio::test]
async fn one_final_newline_is_not_part_of_the_secret_and_nothing_else_is_trimmed() {
    for (written, secret) in [("a\n", "a"), ("a\r\n", "a"), (" a \n", " a "), ("a\n\n", "a\n"), ("a", "a")] {
        assert_eq!(*command(&["printf", "%s", written]).resolve().await.unwrap(), secret, "{written:?}");
    }
}

#[tokio::test]
async fn a_command_runs_without_a_shell() {
    assert_eq!(*command(&["echo", "$HOME; true"]).resolve().await.unwrap(), "$HOME; true");
}

#[tokio::test]
async fn an_error_names_the_reference_and_never_the_value() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    fs::write(&empty, "\n").unwrap();
    let binary = folder.path().join("binary");
    fs::write(&binary, [PLANTED.as_bytes(), &[0xff]].concat()).unwrap();

    assert_eq!(
        why(Secret::Env("HOLDFAST_NOT_SET".into())).await,
        "the environment variable HOLDFAST_NOT_SET is not set"
    );
    let absent = why(Secret::File(PathBuf::from("/absent/secret"))).await;
    assert_eq!(absent, "the secret file /absent/secret cannot be read: No such file or directory (os error 2)");
    assert_eq!(why(Secret::File(empty.clone())).await, format!("the secret file {} is empty", empty.display()));
    assert_eq!(
        why(Secret::File(binary.clone())).await,
        format!("the secret file {} is not UTF-8 text", binary.display())
    );
    let no_program = why(command(&["/absent/vault", "read"])).await;
    assert_eq!(no_program, "the secret command /absent/vault cannot be run: No such file or directory (os error 2)");
    let script = format!("echo {PLANTED}; echo 'permission denied' >&2; exit 3");
    let refused = why(command(&["sh", "-c", &script])).await;
    assert_eq!(refused, "the secret command sh ended with exit status: 3: permission denied");
}

#[tokio::test]
async fn a_vault_that_fails_is_asked_again_and_a_variable_that_is_not_set_is_not() {
    let failed = Fault::from(command(&["false"]).resolve().await.unwrap_err());
    let unset = Fault::from(Secret::Env("HOLDFAST_NOT_SET".into()).resolve().await.unwrap_err());
    assert_eq!((failed.kind, failed.runbook), (holdfast_schema::fault::Kind::Retry, None));
    assert_eq!(
        (unset.kind, unset.runbook.as_deref()),
        (holdfast_schema::fault::Kind::Stop, Some("configuration-invalid.md"))
    );
}

#[tokio::test]
async fn a_secret_is_shown_and_stored_as_its_reference() {
    let secret = Secret::Env("CARGO_PKG_NAME".to_owned());
    let value = secret.resolve().await.unwrap();
    for shown in [format!("{secret}"), format!("{secret:?}"), serde_json::to_string(&secret).unwrap()] {
        assert!(shown.contains("CARGO_PKG_NAME") && !shown.contains(value.as_str()), "{shown}");
    }
    assert_eq!(serde_json::to_string(&secret).unwrap(), r#"{"env":"CARGO_PKG_NAME"}"#);
    assert_eq!(format!("{:?}", command(&["vault", PLANTED])), "Secret(the secret command vault)");
}
