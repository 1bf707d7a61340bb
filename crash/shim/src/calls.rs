//! The functions that replace those of the C library. Each makes the system call itself.

/// Exports a function under each of these names: the C library has several for most calls.
macro_rules! export {
    ($($name:ident),+: $parameters:tt -> $result:ty $body:block) => {
        $(
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name $parameters -> $result $body
        )+
    };
}

mod names;
mod opening;
mod syncing;
mod writing;
