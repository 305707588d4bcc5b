// A program and a bundle in one file, for Linux and for Windows, where it is signed afterwards.

#include "platform/input_file.hpp"
#include "suite/pe_file.hpp"
#include "suite/setup_file.hpp"
#include "tests/support/pe_sample.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using platform::InputFile;
using platform::read_file;

namespace {

const std::string script = "#!/bin/sh\necho a program of another system\n";
const std::string bundle(5003, 'b'); // of a length that signing has to fill up

struct Files {
    Scratch scratch;
    std::string program = scratch / "program";
    std::string to = scratch / "suite-1.0-setup";

    explicit Files(const std::string& bytes) {
        platform::write_file(program, bytes, 0755);
        platform::write_file(scratch / "bundle", bundle, 0644);
    }
    void write() { suite::write_setup_file(program, scratch / "bundle", to); }
    suite::SetupFile read() { return suite::read_setup_file(to).value(); }
    std::string unpacked_program() {
        suite::unpack_program(read(), scratch / "out");
        return read_file(scratch / "out");
    }
    std::string unpacked_bundle() {
        suite::unpack_bundle(read(), scratch / "out.bundle");
        return read_file(scratch / "out.bundle");
    }
    void replace(const std::string& bytes) { platform::write_file(to, bytes, 0755); }
};

std::uint32_t checksum_in(const std::string& bytes) {
    return pe_number(bytes, pe_checksum_at);
}

} // namespace

TEST_CASE("a setup: what was put in comes out again, whole") {
    for (const std::string& program : {script, pe_program()}) {
        Files files(program);
        CHECK(!suite::read_setup_file(files.program));
        files.write();
        CHECK(platform::has_mode(permissions(files.to), 0755));
        CHECK(files.read().for_windows == (program != script));
        CHECK(files.unpacked_program() == program);
        CHECK(files.unpacked_bundle() == bundle);
        CHECK(!platform::exists(files.to + ".part"));
        // One setup makes the next: its own bundle stays behind.
        const std::string first = read_file(files.to);
        suite::write_setup_file(files.to, files.scratch / "bundle", files.scratch / "second");
        CHECK(read_file(files.scratch / "second") == first);
    }
}

TEST_CASE("a setup for Windows has the checksum of all that is in it") {
    for (std::size_t extra = 0; extra < 8; ++extra) {
        Files files(pe_program() + std::string(extra, 'x'));
        files.write();
        const std::string bytes = read_file(files.to);
        CHECK(bytes.size() % 8 == 0);
        CHECK(checksum_in(bytes) == pe_checksum(bytes));
        CHECK(checksum_in(bytes) != checksum_in(pe_program()));
    }
}

TEST_CASE("a checksum does not depend on how the bytes come") {
    const std::string bytes = "odd number of bytes"; // 19
    suite::PeChecksum whole, parts;
    whole.add(bytes);
    parts.add(bytes.substr(0, 3));
    parts.add("");
    parts.add(bytes.substr(3));
    CHECK(whole.finish() == parts.finish());
    CHECK(whole.finish() == pe_sum(bytes));
    CHECK(suite::PeChecksum().finish() == 0);
}

TEST_CASE("a setup that was signed is read, and its program comes out as it was put in") {
    for (std::size_t extra = 0; extra < 8; ++extra) {
        Files files(pe_program() + std::string(extra, 'x'));
        files.write();
        const suite::SetupFile before = files.read();
        files.replace(pe_signed(read_file(files.to)));
        const suite::SetupFile after = files.read();
        CHECK(after.program_size == before.program_size);
        CHECK(after.bundle_size == before.bundle_size);
        CHECK(after.program_sha256 == before.program_sha256);
        CHECK(files.unpacked_bundle() == bundle);
        const std::string program = files.unpacked_program();
        CHECK(checksum_in(program) == pe_checksum(program));
        CHECK(program.substr(pe_checksum_at + 4) ==
              read_file(files.program).substr(pe_checksum_at + 4));
    }
}

TEST_CASE("a program's own signature is not put into the middle of a setup") {
    Files files(pe_signed(pe_program()));
    files.write();
    const std::string bytes = read_file(files.to);
    CHECK(!contains(bytes, pe_certificate));
    CHECK(suite::read_pe_file(InputFile(files.to)).value().signature_size == 0);
    CHECK(checksum_in(bytes) == pe_checksum(bytes));
    CHECK(files.unpacked_bundle() == bundle);
    CHECK(files.unpacked_program() == pe_program());
}

TEST_CASE("a setup whose program was changed is not trusted, signed or not") {
    for (const bool is_signed : {false, true}) {
        Files files(pe_program());
        files.write();
        std::string bytes = read_file(files.to);
        bytes[pe_program().size() - 1] = 'q';
        files.replace(is_signed ? pe_signed(bytes) : bytes);
        CHECK(error_of([&] { files.unpacked_program(); }).kind() == Kind::not_trusted);
        CHECK(!platform::exists(files.scratch / "out"));
    }
}

TEST_CASE("a file with something behind its signature, or half a signature, is not trusted") {
    Files files(pe_program());
    files.write();
    const std::string good = pe_signed(read_file(files.to));
    const auto kind_of = [&](const std::string& bytes) {
        files.replace(bytes);
        return error_of([&] { suite::read_setup_file(files.to); }).kind();
    };
    const auto with = [&](std::size_t at, std::uint32_t value) {
        std::string bytes = good;
        pe_put(bytes, at, value, 4);
        return bytes;
    };
    CHECK(kind_of(good + "x") == Kind::not_trusted);
    CHECK(kind_of(good.substr(0, good.size() - 1)) == Kind::not_trusted);
    CHECK(kind_of(with(pe_directory_at, 0)) == Kind::not_trusted);
    CHECK(kind_of(with(pe_directory_at + 4, 0)) == Kind::not_trusted);
    CHECK(kind_of(with(pe_directory_at, 0xfffffff8U)) == Kind::not_trusted);
    CHECK(kind_of(with(pe_directory_at + 4, 0xffffffffU)) == Kind::not_trusted);
    // Into the headers.
    CHECK(kind_of(with(pe_directory_at, 8)) == Kind::not_trusted);
    // Where the line is not filled up by zeros.
    std::string filled = good;
    const std::size_t end = pe_number(good, pe_directory_at);
    filled[end - 1] = 'x';
    files.replace(filled);
    CHECK(!suite::read_setup_file(files.to));
}

TEST_CASE("headers that are cut off anywhere are refused or are none") {
    const std::string whole = pe_program();
    Files files(whole);
    std::size_t refused = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        files.replace(whole.substr(0, size));
        try {
            const bool is_setup = suite::read_setup_file(files.to).has_value();
            CHECK(!is_setup);
        } catch (const engine::Error& error) {
            CHECK(error.kind() == Kind::not_trusted);
            ++refused;
        }
    }
    CHECK(refused > 100);
    const auto refuses = [&](std::size_t at, std::uint32_t value, std::size_t bytes) {
        std::string changed = whole;
        pe_put(changed, at, value, bytes);
        files.replace(changed);
        return error_of([&] { suite::read_pe_file(InputFile(files.to)); }).kind() ==
               Kind::not_trusted;
    };
    CHECK(refuses(pe_header + 20, 100, 2));     // short headers
    CHECK(refuses(pe_header + 24, 0x107, 2));   // of a ROM
    CHECK(refuses(pe_directory_at - 36, 4, 4)); // so many directories
    std::string far = whole;
    pe_put(far, 0x3c, 0xffffffffU, 4);
    files.replace(far);
    CHECK(!suite::read_pe_file(InputFile(files.to)));
}

TEST_CASE("a setup that was cut off is damaged or none") {
    Files windows(pe_program());
    windows.write();
    windows.replace(read_file(windows.to).substr(0, read_file(windows.to).size() - 1));
    CHECK(!suite::read_setup_file(windows.to));
    Files files(script);
    files.write();
    const std::string whole = read_file(files.to);
    files.replace(whole.substr(1));
    CHECK(error_of([&] { suite::read_setup_file(files.to); }).kind() == Kind::not_trusted);
    files.replace(whole.substr(0, whole.size() - 1));
    CHECK(!suite::read_setup_file(files.to));
    // Numbers whose sum runs over.
    const std::string line = "locum-setup 2 18446744073709551615 ";
    std::string wild =
        whole.substr(0, whole.size() - 128) + "\n" + line + "1 " + std::string(64, 'a');
    wild.resize(whole.size() - 1, ' ');
    files.replace(wild + "\n");
    CHECK(error_of([&] { suite::read_setup_file(files.to); }).kind() == Kind::not_trusted);
}

TEST_CASE("a setup for Windows is named .exe") {
    const Files windows(pe_program());
    CHECK(suite::setup_name(windows.program, "a/x-setup") == "a/x-setup.exe");
    CHECK(suite::setup_name(windows.program, "a/x-setup.exe") == "a/x-setup.exe");
    CHECK(suite::setup_name(windows.program, "SETUP.EXE") == "SETUP.EXE");
    CHECK(suite::setup_name(windows.program, "x") == "x.exe");
    const Files other(script);
    CHECK(suite::setup_name(other.program, "x-setup") == "x-setup");
}
