//! The `hearth` binary.

/// glibc's allocator keeps what password hashing takes, per thread and for ever.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // mimalloc asks for huge pages, and each keeps 2 MiB resident for the few KiB of it that are used. If the system does
    // not allow turning them off, Hearth only takes more memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    match hearth::cli::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hearth: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
