//! Rust generated from `proto/` by `make proto`; nothing here is written by hand but this list of modules.

/// Shapes that several services share.
pub mod common {
    /// Version 1.
    pub mod v1 {
        include!("generated/pulsechat.common.v1.rs");
    }
}

/// Accounts and sessions.
pub mod auth {
    /// Version 1.
    pub mod v1 {
        include!("generated/pulsechat.auth.v1.rs");
    }
}

/// Profiles and who follows whom.
pub mod graph {
    /// Version 1.
    pub mod v1 {
        include!("generated/pulsechat.graph.v1.rs");
    }
}

/// Conversations and messages.
pub mod messages {
    /// Version 1.
    pub mod v1 {
        include!("generated/pulsechat.messages.v1.rs");
    }
}

/// What gateways ask one another.
pub mod gateway {
    /// Version 1.
    pub mod v1 {
        include!("generated/pulsechat.gateway.v1.rs");
    }
}

/// All of the above as an encoded `google.protobuf.FileDescriptorSet`, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!("generated/descriptors.bin");
