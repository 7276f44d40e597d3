//! The smallest program there is: it ends well at once. What a runtime takes for it is the runtime's own.

/// Where the program is loaded.
const BASE: u64 = 0x40_0000;
/// Bytes of the ELF header and one program header (ELF-64 Object File Format).
const HEADERS: u64 = 64 + 56;

/// A static ELF program that calls `exit(0)`; `None` for processors it is not written for.
pub(super) fn program(architecture: &str) -> Option<Vec<u8>> {
    let (machine, code): (u16, &[u8]) = match architecture {
        // xor edi, edi; mov eax, 60; syscall
        "amd64" => (62, &[0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05]),
        // mov x0, 0; mov x8, 93; svc 0
        "arm64" => (183, &[0x00, 0x00, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4]),
        _ => return None,
    };
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let put16 = |bytes: &mut Vec<u8>, values: &[u16]| values.iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    let put64 = |bytes: &mut Vec<u8>, values: &[u64]| values.iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    put16(&mut bytes, &[2, machine, 1, 0]); // an executable, of version 1
    put64(&mut bytes, &[BASE + HEADERS, 64, 0]); // entry, program headers, no sections
    put16(&mut bytes, &[0, 0, 64, 56, 1, 0, 0, 0]); // no flags; sizes and counts of headers
    put16(&mut bytes, &[1, 0, 5, 0]); // to be loaded, to be read and run
    let size = HEADERS + code.len() as u64;
    put64(&mut bytes, &[0, BASE, BASE, size, size, 0x1000]);
    bytes.extend(code);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn it_ends_well() {
        let host = mvi_image::Platform::host().architecture;
        let Some(bytes) = program(&host) else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = std::process::Command::new(&path);
        // Another test may be between fork and exec with the file still open for writing.
        let status = loop {
            match command.status() {
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {}
                other => break other.unwrap(),
            }
        };
        assert_eq!(status.code(), Some(0));
    }
}
