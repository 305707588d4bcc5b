#include "suite/setup_file.hpp"

#include "engine/error.hpp"
#include "platform/hash.hpp"
#include "platform/input_file.hpp"
#include "platform/new_file.hpp"
#include "suite/little_endian.hpp"
#include "suite/pe_file.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <vector>

namespace locum::suite {

using engine::Error;
using platform::InputFile;
using platform::NewFile;

namespace {

constexpr std::size_t line_length = 128;
constexpr std::string_view mark = "locum-setup 2 ";
// A signature begins at a multiple of 8; and not everybody computes the same checksum of a file
// with an odd number of bytes.
constexpr std::size_t alignment = 8;
constexpr std::size_t longest_padding = alignment - 1;

std::string line_of(const SetupFile& setup) {
    const std::string text =
        fmt::format("{}{} {} {} {}", mark, setup.program_size, setup.bundle_begin,
                    setup.bundle_size, setup.program_sha256);
    return fmt::format("\n{:<{}}\n", text, line_length - 2);
}

// Bytes that stand for those in the file.
struct Patch {
    std::uint64_t at = 0;
    std::string bytes;
};

void apply(const Patch& patch, std::uint64_t offset, std::string& block) {
    for (std::size_t i = 0; i < patch.bytes.size(); ++i)
        if (patch.at + i >= offset && patch.at + i - offset < block.size())
            block[static_cast<std::size_t>(patch.at + i - offset)] = patch.bytes[i];
}

using Take = std::function<void(std::uint64_t offset, std::string& block)>;

void read_part(const InputFile& file, std::uint64_t offset, std::uint64_t size, const Take& take) {
    std::string block;
    while (size > 0) {
        block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, 1U << 20)));
        block.resize(file.read_at(offset, block.data(), block.size()));
        if (block.empty())
            throw Error(fmt::format("{} ends in the middle", file.path()),
                        engine::Kind::not_trusted)
                .remedy("get it anew");
        const std::size_t count = block.size();
        take(offset, block);
        offset += count;
        size -= count;
    }
}

// A program as it is without a signature, and without the checksum that depends on what follows
// it: so its hash stays the same when the file that it begins is signed.
class Program {
public:
    // headers: what it begins with, where the file's are not its own.
    Program(const InputFile& file, std::optional<PeFile> pe, std::uint64_t size,
            std::string headers = "") :
        file_(file),
        pe_(pe), size_(size), headers_(std::move(headers)) {}

    void read(const Take& take) const {
        read_part(file_, 0, size_, [&](std::uint64_t offset, std::string& block) {
            apply({0, headers_}, offset, block);
            if (pe_) {
                apply({pe_->checksum_at, std::string(pe_checksum_size, '\0')}, offset, block);
                apply({pe_->directory_at, std::string(pe_directory_size, '\0')}, offset, block);
            }
            take(offset, block);
        });
    }
    // What the checksum is to be where this follows.
    Patch checksum(PeChecksum sum) const {
        return {pe_->checksum_at, number_bytes(sum.finish(), pe_checksum_size)};
    }

private:
    const InputFile& file_;
    std::optional<PeFile> pe_;
    std::uint64_t size_;
    std::string headers_;
};

std::string bytes_at(const InputFile& file, std::uint64_t at, std::uint64_t size) {
    std::string all;
    read_part(file, at, size, [&](std::uint64_t, std::string& block) { all += block; });
    return all;
}

// The program of a setup, as it was before.
Program program_of(const SetupFile& setup, const InputFile& file, std::optional<PeFile> pe) {
    if (setup.bundle_begin == setup.program_size)
        return {file, pe, setup.program_size};
    const std::uint64_t head = std::min<std::uint64_t>(setup.program_size, 1U << 16);
    const KeptHeaders kept = kept_headers(bytes_at(file, 0, head), setup.program_size);
    if (kept.size > setup.program_size || kept.at > setup.bundle_begin ||
        kept.size > setup.bundle_begin - kept.at)
        throw Error(fmt::format("{} is damaged: the headers of its program are not kept where they "
                                "should be",
                                file.path()),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    return {file, pe, setup.program_size, bytes_at(file, kept.at, kept.size)};
}

// Windows starts no longer ones, and a signature is to follow.
void require_size_for_windows(const std::string& to, std::uint64_t size) {
    constexpr std::uint64_t most = (4ULL << 30) - (1U << 20);
    if (size > most)
        throw Error(fmt::format("{} would have {} bytes; Windows starts no program of more than {}",
                                to, size, most),
                    engine::Kind::usage)
            .remedy("give locum.exe and the bundle as two files");
}

} // namespace

bool is_for_windows(const std::string& program) {
    return read_pe_file(InputFile(program)).has_value();
}

std::string setup_name(const std::string& program, const std::string& wanted) {
    std::string end = wanted.substr(wanted.size() - std::min<std::size_t>(wanted.size(), 4));
    std::transform(end.begin(), end.end(), end.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return end != ".exe" && is_for_windows(program) ? wanted + ".exe" : wanted;
}

void write_setup_file(const std::string& program, const std::string& bundle, const std::string& to,
                      const std::optional<ShownOfProgram>& shown) {
    const InputFile tool(program);
    const InputFile suite(bundle);
    const std::optional<PeFile> pe = read_pe_file(tool);
    SetupFile setup{to, tool.size(), tool.size(), suite.size(), "", pe.has_value()};
    const auto nested = read_setup_file(program);
    if (nested)
        setup.program_size = nested->program_size;
    else if (pe && pe->signature_size > 0)
        setup.program_size = pe->signature_begin;
    const Program part =
        nested ? program_of(*nested, tool, pe) : Program(tool, pe, setup.program_size);
    std::string dressed; // of a program for Windows all that stands before the bundle
    platform::Sha256 hash;
    part.read([&](std::uint64_t, std::string& block) {
        hash.add(block);
        if (pe)
            dressed += block;
    });
    setup.program_sha256 = platform::hex(hash.finish());
    if (pe && shown)
        dressed = with_resources(dressed, *shown);
    setup.bundle_begin = pe ? dressed.size() : setup.program_size;
    std::string end = line_of(setup);
    if (pe) {
        const std::uint64_t before = setup.bundle_begin + setup.bundle_size;
        require_size_for_windows(to, before + end.size());
        while ((before + end.size()) % alignment != 0)
            end += '\0';
        PeChecksum sum;
        sum.add(dressed);
        read_part(suite, 0, setup.bundle_size,
                  [&](std::uint64_t, std::string& block) { sum.add(block); });
        sum.add(end);
        apply(part.checksum(sum), 0, dressed);
    }
    NewFile file(to, 0755);
    if (pe)
        file.write(dressed);
    else
        part.read([&](std::uint64_t, std::string& block) { file.write(block); });
    read_part(suite, 0, setup.bundle_size,
              [&](std::uint64_t, std::string& block) { file.write(block); });
    file.write(end);
    file.publish();
}

std::optional<SetupFile> read_setup_file(const std::string& path) {
    const InputFile file(path);
    const std::optional<PeFile> pe = read_pe_file(file);
    std::uint64_t end = pe && pe->signature_size > 0 ? pe->signature_begin : file.size();
    if (pe && end % alignment != 0)
        return std::nullopt;
    std::string line(
        static_cast<std::size_t>(std::min<std::uint64_t>(end, line_length + longest_padding)),
        '\0');
    line.resize(file.read_at(end - line.size(), line.data(), line.size()));
    for (std::size_t i = 0; pe && i < longest_padding && line.ends_with('\0'); ++i) {
        line.pop_back();
        --end;
    }
    if (line.size() < line_length)
        return std::nullopt;
    line.erase(0, line.size() - line_length);
    if (!std::string_view(line).substr(1).starts_with(mark))
        return std::nullopt;
    SetupFile setup{path, 0, 0, 0, "", pe.has_value()};
    const char* at = line.data() + 1 + mark.size();
    const char* last = line.data() + line.size();
    const auto program = std::from_chars(at, last, setup.program_size);
    const auto begin = std::from_chars(std::min(program.ptr + 1, last), last, setup.bundle_begin);
    const auto bundle = std::from_chars(std::min(begin.ptr + 1, last), last, setup.bundle_size);
    setup.program_sha256 = std::string(std::min(bundle.ptr + 1, last), last).substr(0, 64);
    // One by one: a sum could run over.
    const std::uint64_t room = end - line_length;
    if (line != line_of(setup) || setup.program_size > setup.bundle_begin ||
        setup.bundle_begin > room || setup.bundle_size != room - setup.bundle_begin)
        throw Error(fmt::format("{} is damaged: its last line does not fit its {} bytes", path,
                                file.size()),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    return setup;
}

void unpack_program(const SetupFile& setup, const std::string& to) {
    const InputFile from(setup.file);
    const std::optional<PeFile> pe = read_pe_file(from);
    const Program part = program_of(setup, from, pe);
    Patch checksum;
    if (pe) {
        PeChecksum sum;
        part.read([&](std::uint64_t, std::string& block) { sum.add(block); });
        checksum = part.checksum(sum);
    }
    NewFile file(to, 0755);
    platform::Sha256 hash;
    part.read([&](std::uint64_t offset, std::string& block) {
        hash.add(block);
        apply(checksum, offset, block);
        file.write(block);
    });
    if (platform::hex(hash.finish()) != setup.program_sha256)
        throw Error(fmt::format("the program in {} is not the one that was put there", setup.file),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    file.publish();
}

void unpack_bundle(const SetupFile& setup, const std::string& to) {
    NewFile file(to, 0600);
    read_part(InputFile(setup.file), setup.bundle_begin, setup.bundle_size,
              [&](std::uint64_t, std::string& block) { file.write(block); });
    file.publish();
}

} // namespace locum::suite
