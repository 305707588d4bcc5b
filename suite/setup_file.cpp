#include "suite/setup_file.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/input_file.hpp"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <functional>

namespace locum::suite {

namespace fs = boost::filesystem;
using engine::Error;
using platform::InputFile;

namespace {

constexpr std::size_t line_length = 128;
constexpr std::string_view mark = "locum-setup 1 ";

std::string line_of(const SetupFile& setup) {
    const std::string text = fmt::format("{}{} {} {}", mark, setup.program_size, setup.bundle_size,
                                         setup.program_sha256);
    return fmt::format("\n{:<{}}\n", text, line_length - 2);
}

using Take = std::function<void(std::string_view)>;

void read_part(const InputFile& file, std::uint64_t offset, std::uint64_t size, const Take& take) {
    std::string block(1U << 20, '\0');
    while (size > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, block.size()));
        const std::size_t got = file.read_at(offset, block.data(), wanted);
        if (got == 0)
            throw Error(fmt::format("{} ends in the middle", file.path()),
                        engine::Kind::not_trusted)
                .remedy("get it anew");
        take(std::string_view(block).substr(0, got));
        offset += got;
        size -= got;
    }
}

// A file that is there whole or not at all.
class NewFile {
public:
    NewFile(const std::string& path, unsigned mode) :
        path_(path), part_(path + ".part"), mode_(mode) {
        out_.exceptions(std::ios::failbit | std::ios::badbit);
        try {
            fs::remove(part_);
            out_.open(part_, std::ios::binary);
            fs::permissions(part_, static_cast<fs::perms>(mode_ & 0700U));
        } catch (const std::exception&) {
            throw failure();
        }
    }
    ~NewFile() {
        boost::system::error_code ignored;
        fs::remove(part_, ignored);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void add(std::string_view bytes) {
        try {
            out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        } catch (const std::exception&) {
            throw failure();
        }
    }
    void publish() {
        try {
            out_.close();
            fs::permissions(part_, static_cast<fs::perms>(mode_));
            platform::sync_file(part_);
            fs::rename(part_, path_);
        } catch (const std::exception&) {
            throw failure();
        }
        platform::sync_folder(platform::parent_of(path_));
    }

private:
    Error failure() const {
        return Error(fmt::format("{} cannot be written", path_))
            .remedy("see that its folder is there, and that there is space");
    }

    std::string path_, part_;
    unsigned mode_;
    std::ofstream out_;
};

} // namespace

void write_setup_file(const std::string& program, const std::string& bundle,
                      const std::string& to) {
    const InputFile tool(program);
    const InputFile suite(bundle);
    SetupFile setup{to, tool.size(), suite.size(), ""};
    if (const auto nested = read_setup_file(program))
        setup.program_size = nested->program_size;
    NewFile file(to, 0755);
    platform::Sha256 hash;
    read_part(tool, 0, setup.program_size, [&](std::string_view bytes) {
        hash.add(bytes);
        file.add(bytes);
    });
    setup.program_sha256 = platform::hex(hash.finish());
    read_part(suite, 0, setup.bundle_size, [&](std::string_view bytes) { file.add(bytes); });
    file.add(line_of(setup));
    file.publish();
}

std::optional<SetupFile> read_setup_file(const std::string& path) {
    const InputFile file(path);
    if (file.size() < line_length)
        return std::nullopt;
    std::string line(line_length, '\0');
    file.read_at(file.size() - line_length, line.data(), line.size());
    if (!std::string_view(line).substr(1).starts_with(mark))
        return std::nullopt;
    SetupFile setup{path, 0, 0, ""};
    const char* at = line.data() + 1 + mark.size();
    const char* end = line.data() + line.size();
    const auto program = std::from_chars(at, end, setup.program_size);
    const auto bundle = std::from_chars(std::min(program.ptr + 1, end), end, setup.bundle_size);
    setup.program_sha256 = std::string(std::min(bundle.ptr + 1, end), end).substr(0, 64);
    if (line != line_of(setup) ||
        setup.program_size + setup.bundle_size + line_length != file.size())
        throw Error(fmt::format("{} is damaged: its last line does not fit its {} bytes", path,
                                file.size()),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    return setup;
}

void unpack_program(const SetupFile& setup, const std::string& to) {
    NewFile file(to, 0755);
    platform::Sha256 hash;
    read_part(InputFile(setup.file), 0, setup.program_size, [&](std::string_view bytes) {
        hash.add(bytes);
        file.add(bytes);
    });
    if (platform::hex(hash.finish()) != setup.program_sha256)
        throw Error(fmt::format("the program in {} is not the one that was put there", setup.file),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    file.publish();
}

void unpack_bundle(const SetupFile& setup, const std::string& to) {
    NewFile file(to, 0600);
    read_part(InputFile(setup.file), setup.program_size, setup.bundle_size,
              [&](std::string_view bytes) { file.add(bytes); });
    file.publish();
}

} // namespace locum::suite
