//! From a fresh socket to a logged-in session: greeting, TLS, proof of the password.

use super::answer::refusal;
use super::auth::{self, CACHING_SHA2, CLEAR, NATIVE};
use super::channel::Channel;
use super::socket::Socket;
use super::tls;
use crate::error::{MysqlError, code};
use crate::url::{DatabaseUrl, SslMode};

const LONG_PASSWORD: u32 = 1;
const LONG_FLAG: u32 = 1 << 2;
const CONNECT_WITH_DB: u32 = 1 << 3;
const LOCAL_FILES: u32 = 1 << 7;
const PROTOCOL_41: u32 = 1 << 9;
const SSL: u32 = 1 << 11;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE_CONNECTION: u32 = 1 << 15;
const MULTI_RESULTS: u32 = 1 << 17;
const PLUGIN_AUTH: u32 = 1 << 19;
const PLUGIN_AUTH_LENENC: u32 = 1 << 21;
const WANTED: u32 = LONG_PASSWORD
    | LONG_FLAG
    | LOCAL_FILES
    | PROTOCOL_41
    | TRANSACTIONS
    | SECURE_CONNECTION
    | MULTI_RESULTS
    | PLUGIN_AUTH
    | PLUGIN_AUTH_LENENC;
const UTF8MB4_GENERAL_CI: u8 = 45;

/// What the server says of itself before anyone logs in.
pub(super) struct Greeting {
    pub(super) version: String,
    pub(super) thread_id: u32,
    capabilities: u32,
    nonce: Vec<u8>,
    plugin: String,
}

/// Logs in over `socket`; TLS as the URL asks for it.
pub(super) fn log_in(socket: Socket, url: &DatabaseUrl) -> Result<(Channel, Greeting), MysqlError> {
    let mut channel = Channel::new(socket, url.server());
    let greeting = read_greeting(&mut channel, url)?;
    let mut wants = WANTED & greeting.capabilities | PROTOCOL_41;
    if !url.schema().is_empty() {
        wants |= CONNECT_WITH_DB;
    }
    let over_tcp = matches!(channel.socket, Socket::Tcp(_));
    if over_tcp && uses_tls(url, greeting.capabilities & SSL != 0)? {
        wants |= SSL;
        channel.send(&client_head(wants), &[])?;
        channel = wrap(channel, url)?;
    }
    let proof = auth::answer(&greeting.plugin, url.password(), &greeting.nonce);
    let plugin = if proof.is_some() { greeting.plugin.as_str() } else { NATIVE };
    let response = login_packet(wants, url, &proof.unwrap_or_default(), plugin);
    channel.send(&response, &[])?;
    prove(&mut channel, url, plugin.to_owned())?;
    Ok((channel, greeting))
}

fn uses_tls(url: &DatabaseUrl, offered: bool) -> Result<bool, MysqlError> {
    match url.ssl_mode() {
        SslMode::Disabled => Ok(false),
        SslMode::Preferred => Ok(offered),
        SslMode::Required | SslMode::VerifyCa | SslMode::VerifyIdentity if offered => Ok(true),
        SslMode::Required | SslMode::VerifyCa | SslMode::VerifyIdentity => Err(MysqlError::Tls {
            server: url.server(),
            problem: "the server does not offer TLS and ssl-mode insists on it".to_owned(),
        }),
    }
}

fn wrap(channel: Channel, url: &DatabaseUrl) -> Result<Channel, MysqlError> {
    match channel.socket {
        Socket::Tcp(stream) => {
            let mut wrapped = Channel::new(Socket::Tls(tls::wrap(stream, url)?), url.server());
            wrapped.follow_sequence(2);
            Ok(wrapped)
        }
        Socket::Unix(_) | Socket::Tls(_) => Ok(channel),
    }
}

fn read_greeting(channel: &mut Channel, url: &DatabaseUrl) -> Result<Greeting, MysqlError> {
    let packet = channel.read_short()?.to_vec();
    if packet.first() == Some(&0xFF) {
        return Err(login_refusal(&packet, channel, url));
    }
    parse_greeting(&packet).ok_or_else(|| channel.broken("its greeting is not of protocol 10"))
}

fn parse_greeting(packet: &[u8]) -> Option<Greeting> {
    let rest = packet.strip_prefix(&[10])?;
    let end = rest.iter().position(|&b| b == 0)?;
    let version = String::from_utf8_lossy(&rest[..end]).into_owned();
    let rest = &rest[end + 1..];
    let thread_id = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?);
    let mut nonce = rest.get(4..12)?.to_vec();
    // 1 filler, 2 capabilities, 1 charset, 2 status, 2 more capabilities, 1 nonce length, 10 reserved
    let low = u16::from_le_bytes(rest.get(13..15)?.try_into().ok()?);
    let high = u16::from_le_bytes(rest.get(18..20)?.try_into().ok()?);
    let capabilities = u32::from(low) | u32::from(high) << 16;
    let nonce_rest = usize::from(*rest.get(20)?).saturating_sub(8).max(13);
    let tail = rest.get(31..)?;
    nonce.extend_from_slice(tail.get(..nonce_rest)?.strip_suffix(&[0]).unwrap_or(&tail[..nonce_rest]));
    let plugin = tail.get(nonce_rest..)?;
    let plugin = String::from_utf8_lossy(plugin.split(|&b| b == 0).next()?).into_owned();
    // MariaDB once hid its version behind one that old replicas understand.
    let version = version.strip_prefix("5.5.5-").map(str::to_owned).unwrap_or(version);
    Some(Greeting { version, thread_id, capabilities, nonce, plugin })
}

/// The 32 bytes that both the TLS request and the login begin with.
fn client_head(capabilities: u32) -> Vec<u8> {
    let mut head = capabilities.to_le_bytes().to_vec();
    head.extend_from_slice(&(1u32 << 30).to_le_bytes());
    head.push(UTF8MB4_GENERAL_CI);
    head.resize(32, 0);
    head
}

fn login_packet(capabilities: u32, url: &DatabaseUrl, proof: &[u8], plugin: &str) -> Vec<u8> {
    let mut packet = client_head(capabilities);
    packet.extend_from_slice(url.user().as_bytes());
    packet.push(0);
    packet.push(proof.len() as u8);
    packet.extend_from_slice(proof);
    if capabilities & CONNECT_WITH_DB != 0 {
        packet.extend_from_slice(url.schema().as_bytes());
        packet.push(0);
    }
    packet.extend_from_slice(plugin.as_bytes());
    packet.push(0);
    packet
}

/// Answers the server's questions until it says OK.
fn prove(channel: &mut Channel, url: &DatabaseUrl, mut plugin: String) -> Result<(), MysqlError> {
    loop {
        let packet = channel.read_short()?.to_vec();
        match packet.as_slice() {
            [0x00, ..] => return Ok(()),
            [0xFF, ..] => return Err(login_refusal(&packet, channel, url)),
            // Switch to another plugin: its name, 0, a new nonce.
            [0xFE, switch @ ..] => {
                let (name, rest) = switch.split_at(switch.iter().position(|&b| b == 0).unwrap_or(switch.len()));
                plugin = String::from_utf8_lossy(name).into_owned();
                let nonce = rest.strip_prefix(&[0]).unwrap_or(rest);
                let proof = switched_proof(channel, url, &plugin, &nonce[..nonce.len().min(20)])?;
                channel.send(&proof, &[])?;
            }
            [0x01, 3] if plugin == CACHING_SHA2 => {}
            [0x01, 4] if plugin == CACHING_SHA2 => {
                let clear = clear_password(channel, url, &plugin)?;
                channel.send(&clear, &[])?;
            }
            _ => return Err(channel.broken("an unknown step of the login")),
        }
    }
}

fn switched_proof(channel: &Channel, url: &DatabaseUrl, plugin: &str, nonce: &[u8]) -> Result<Vec<u8>, MysqlError> {
    if plugin == CLEAR {
        return clear_password(channel, url, plugin);
    }
    auth::answer(plugin, url.password(), nonce).ok_or_else(|| {
        login_error(url, 0, format!("the account logs in by `{plugin}`; Holdfast speaks {NATIVE} and {CACHING_SHA2}"))
    })
}

/// The password itself, where nobody on the way can read it.
fn clear_password(channel: &Channel, url: &DatabaseUrl, plugin: &str) -> Result<Vec<u8>, MysqlError> {
    if !channel.socket.is_private() {
        let text = format!(
            "{plugin} wants the password itself, which is not sent unencrypted: use ssl-mode=required or a socket"
        );
        return Err(login_error(url, 0, text));
    }
    let mut clear = url.password().as_bytes().to_vec();
    clear.push(0);
    Ok(clear)
}

fn login_refusal(packet: &[u8], channel: &Channel, url: &DatabaseUrl) -> MysqlError {
    match refusal(packet, &channel.server, "the login") {
        // Who may see nothing of a schema is refused it (1044) whether it exists or not.
        MysqlError::Server { code: code::BAD_DB | code::DBACCESS_DENIED, .. } => MysqlError::UnknownSchema {
            server: url.server(),
            schema: url.schema().to_owned(),
            user: url.user().to_owned(),
        },
        MysqlError::Server {
            code: code @ (code::ACCESS_DENIED | code::HOST_IS_BLOCKED | code::HOST_NOT_PRIVILEGED),
            text,
            ..
        } => login_error(url, code, text),
        other => other,
    }
}

fn login_error(url: &DatabaseUrl, code: u16, text: String) -> MysqlError {
    MysqlError::Login { server: url.server(), user: url.user().to_owned(), code, text }
}
