//! The `hearth` binary.

/// glibc's allocator never returns the memory of password hashing to the system, on every thread that hashed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // mimalloc uses huge pages, each of which keeps 2 MiB resident for the few KiB that are used. If the system does
    // not allow turning them off, Hearth only uses more memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    hearth::cli::run()
}
