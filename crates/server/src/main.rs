//! The binary `runstead`.

/// Requests hand memory from thread to thread, which the system's allocator is slow at. See "Libraries" in `ARCHITECTURE.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::run()
}
