//! Whether the process can serve, dependency by dependency.

use std::sync::{Arc, Mutex, PoisonError};

/// All checks of a process. Clones speak of the same ones.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    checks: Vec<CheckState>,
    is_draining: bool,
}

#[derive(Debug)]
struct CheckState {
    name: &'static str,
    is_required: bool,
    is_up: bool,
    detail: String,
}

/// One dependency: whoever watches it reports here.
#[derive(Debug, Clone)]
pub struct Check {
    readiness: Readiness,
    index: usize,
}

/// What `/readyz` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whether traffic may come.
    pub is_ready: bool,
    /// Names of what is down, sorted.
    pub degraded: Vec<&'static str>,
    /// A line for each check: name, `up` or `down`, detail.
    pub lines: Vec<String>,
}

impl Readiness {
    /// Adds a dependency, down until it is reported up. Without a required one the process is not ready; without another
    /// it is degraded.
    #[must_use]
    pub fn check(&self, name: &'static str, is_required: bool) -> Check {
        let mut state = self.lock();
        state.checks.push(CheckState {
            name,
            is_required,
            is_up: false,
            detail: "not reached yet".to_owned(),
        });
        Check { readiness: self.clone(), index: state.checks.len() - 1 }
    }

    /// Takes the process out of service: not ready from now on.
    pub fn drain(&self) {
        self.lock().is_draining = true;
    }

    /// Whether traffic may come.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let state = self.lock();
        !state.is_draining && state.checks.iter().all(|check| check.is_up || !check.is_required)
    }

    /// Each dependency, and whether it works.
    #[must_use]
    pub fn dependencies(&self) -> Vec<(&'static str, bool)> {
        self.lock().checks.iter().map(|check| (check.name, check.is_up)).collect()
    }

    /// The state of everything.
    #[must_use]
    pub fn report(&self) -> Report {
        let is_ready = self.is_ready();
        let state = self.lock();
        let mut degraded: Vec<_> =
            state.checks.iter().filter(|check| !check.is_up).map(|check| check.name).collect();
        degraded.sort_unstable();
        let mut lines: Vec<_> = state
            .checks
            .iter()
            .map(|check| {
                format!("{} {} {}", check.name, if check.is_up { "up" } else { "down" }, check.detail)
            })
            .collect();
        if state.is_draining {
            lines.push("draining".to_owned());
        }
        Report { is_ready, degraded, lines }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Check {
    /// The dependency works.
    pub fn up(&self) {
        self.set(true, "");
    }

    /// The dependency does not work; `detail` is for operators and holds no secret.
    pub fn down(&self, detail: &str) {
        self.set(false, detail);
    }

    /// Whether the last report was good.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.readiness.lock().checks.get(self.index).is_some_and(|check| check.is_up)
    }

    fn set(&self, is_up: bool, detail: &str) {
        let mut state = self.readiness.lock();
        let Some(check) = state.checks.get_mut(self.index) else { return };
        if check.is_up != is_up {
            match is_up {
                true => tracing::info!(dependency = check.name, "dependency is up"),
                false => tracing::warn!(dependency = check.name, detail, "dependency is down"),
            }
        }
        check.is_up = is_up;
        detail.clone_into(&mut check.detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_check_decides_and_another_degrades() {
        let readiness = Readiness::default();
        let postgres = readiness.check("postgres", true);
        let redis = readiness.check("redis", false);
        assert!(!readiness.is_ready());
        postgres.up();
        assert!(readiness.is_ready());
        assert_eq!(readiness.report().degraded, ["redis"]);
        redis.up();
        postgres.down("refused");
        assert!(!readiness.is_ready());
        postgres.up();
        readiness.drain();
        assert!(!readiness.is_ready());
    }
}
