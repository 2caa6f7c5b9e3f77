//! Whose a sandbox is: the process that started it, told apart from a later process with the same number.

use std::fs;

use serde::{Deserialize, Serialize};

/// A process of a machine. Two values are equal exactly when they mean the same process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub host: String,
    /// Of the machine's current boot: pids begin anew with it.
    pub boot: String,
    /// The pid namespace: in another container the same pid is another process.
    pub pid_namespace: String,
    pub pid: u32,
    /// Clock ticks since boot.
    pub started: u64,
}

/// What can be known about an owner from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Alive,
    Dead,
    /// It belongs to another machine, boot or container: its pid says nothing here.
    Elsewhere,
}

impl Owner {
    /// This process.
    pub fn us() -> Owner {
        let pid = std::process::id();
        let read = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        Owner {
            host: read("/proc/sys/kernel/hostname"),
            boot: read("/proc/sys/kernel/random/boot_id"),
            pid_namespace: namespace.to_string_lossy().into_owned(),
            pid,
            started: started(pid).unwrap_or_default(),
        }
    }

    pub fn life(&self) -> Life {
        let us = Owner::us();
        if (&self.host, &self.boot, &self.pid_namespace) != (&us.host, &us.boot, &us.pid_namespace) {
            return Life::Elsewhere;
        }
        if started(self.pid) == Some(self.started) { Life::Alive } else { Life::Dead }
    }
}

/// Field 22 of `/proc/<pid>/stat`, counted after the command's name, which may hold spaces and parentheses.
/// `None` when there is no such process, or only its zombie.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_alive_and_an_earlier_process_with_our_pid_is_dead() {
        let us = Owner::us();
        assert_eq!(us.life(), Life::Alive);
        assert_eq!(Owner { started: us.started - 1, ..us.clone() }.life(), Life::Dead);
        assert_eq!(Owner { host: "another".into(), ..us.clone() }.life(), Life::Elsewhere);
        assert_eq!(Owner { pid_namespace: "pid:[1]".into(), ..us }.life(), Life::Elsewhere);
    }

    #[test]
    fn a_process_that_ended_is_dead_even_before_it_is_reaped() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let owner = Owner { pid: child.id(), started: started(child.id()).unwrap_or(1), ..Owner::us() };
        child.wait().unwrap();
        assert_eq!(owner.life(), Life::Dead);
    }
}
