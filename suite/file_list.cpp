#include "suite/file_list.hpp"

#include "suite/manifest_reader.hpp"
#include "suite/paths.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <iterator>

namespace locum::suite {

namespace {

constexpr std::uint64_t largest_file = std::uint64_t{1} << 40;

constexpr std::string_view heading = "[files]\n";
constexpr std::string_view begin = " = '''\n";
// No path has three quotes in a row (suite/paths.hpp), so nothing else ends the text.
constexpr std::string_view end = "'''\n";
// Between a link's path and its target: in a path there may be blanks, but no tabs.
constexpr char before_target = '\t';

void write(const File& file, std::back_insert_iterator<std::string> to) {
    switch (file.type) {
    case File::Type::directory:
        fmt::format_to(to, "d {:04o} {}\n", file.mode, file.path);
        break;
    case File::Type::symlink:
        fmt::format_to(to, "l {}{}{}\n", file.path, before_target, file.target);
        break;
    case File::Type::regular:
        fmt::format_to(to, "f {:04o} {} {} {}\n", file.mode, file.size, file.sha256, file.path);
        break;
    }
}

std::string_view folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? "" : path.substr(0, slash);
}

class Reader {
public:
    Reader(std::string_view manifest, std::size_t at, const Section& rest) :
        manifest_(manifest), left_(manifest.substr(at)), rest_(rest) {}

    std::vector<File> read(const std::vector<std::string>& payloads) {
        expect(heading);
        for (const std::string& payload : payloads) {
            expect(payload + std::string(begin));
            last_ = "";
            folders_ = {""};
            while (left_.substr(0, end.size()) != end)
                read_entry(payload);
            expect(end);
        }
        if (!left_.empty())
            fail(left_, shown(line()), "the end of the manifest");
        return std::move(files_);
    }

private:
    void read_entry(const std::string& component) {
        std::string_view entry = line();
        left_.remove_prefix(entry.size());
        if (left_.empty())
            fail(entry, shown(entry), "a line of the list, or ''' after its last one");
        left_.remove_prefix(1);

        File& file = files_.emplace_back();
        file.component = component;
        file.type = read_type(word(entry));
        if (file.type != File::Type::symlink)
            file.mode = read_mode(word(entry), file.type);
        if (file.type == File::Type::regular) {
            file.size = read_size(word(entry));
            file.sha256 = read_sha256(word(entry));
        }
        const std::string_view path =
            file.type == File::Type::symlink ? word(entry, before_target) : entry;
        file.path = read_path(path, file.type);
        if (file.type == File::Type::symlink) {
            file.mode = 0777;
            file.target = read_target(entry, file.path);
        }
    }

    File::Type read_type(std::string_view text) const {
        if (text == "f")
            return File::Type::regular;
        if (text == "d")
            return File::Type::directory;
        if (text != "l")
            fail(text, shown(text), "f, d or l: a file, folder or link");
        return File::Type::symlink;
    }

    unsigned read_mode(std::string_view text, File::Type type) const {
        const auto mode = mode_of(text);
        if (!mode)
            fail(text, "the mode " + shown(text), good_mode);
        // For its owner, to fill and to remove it.
        const unsigned least = type == File::Type::directory ? 0700 : 0400;
        if ((*mode & least) != least)
            fail(text, "the mode " + shown(text), fmt::format("at least {:04o}", least));
        return *mode;
    }

    std::uint64_t read_size(std::string_view text) const {
        std::uint64_t size = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size);
        if (error != std::errc() || stop != text.data() + text.size() || size > largest_file ||
            (text.front() == '0' && text.size() > 1))
            fail(text, "the size " + shown(text),
                 fmt::format("a whole number from 0 to {}, without zeros before it", largest_file));
        return size;
    }

    std::string read_sha256(std::string_view text) const {
        if (!is_sha256(text))
            fail(text, "the SHA-256 " + shown(text), good_sha256);
        return std::string(text);
    }

    std::string read_path(std::string_view path, File::Type type) {
        const std::string fault = path_fault(path, longest_file_path);
        if (!fault.empty())
            fail(path, fault, "a path that stays in the component's folder");
        if (path <= last_)
            fail(path, fmt::format("the file '{}' after '{}'", path, last_),
                 "files sorted by path, each once");
        last_ = path;
        // What is unpacked never passes through a link, since all above it are folders.
        if (!std::binary_search(folders_.begin(), folders_.end(), folder_of(path)))
            fail(path, fmt::format("'{}' without its folder", path),
                 "each folder before what is in it");
        if (type == File::Type::directory)
            folders_.push_back(path);
        return std::string(path);
    }

    std::string read_target(std::string_view target, const std::string& path) const {
        if (const std::string fault = link_fault(path, target); !fault.empty())
            fail(target, fault, "a link that stays in the component's folder");
        return std::string(target);
    }

    std::string_view line() const { return left_.substr(0, left_.find('\n')); }

    // Takes off what stands before the separator, and it; all where there is none.
    static std::string_view word(std::string_view& entry, char separator = ' ') {
        const std::string_view word = entry.substr(0, entry.find(separator));
        entry.remove_prefix(std::min(word.size() + 1, entry.size()));
        return word;
    }

    void expect(std::string_view text) {
        if (left_.substr(0, text.size()) != text)
            fail(left_, shown(line()), fmt::format("'{}'", text.substr(0, text.size() - 1)));
        left_.remove_prefix(text.size());
    }

    // It may be anything, and is printed.
    static std::string shown(std::string_view text) {
        std::string out = "'";
        for (const char c : text.substr(0, 80))
            out += c < 0x20 || c > 0x7e ? '?' : c;
        return out + (text.size() > 80 ? "…'" : "'");
    }

    // `where`: a piece of the manifest.
    [[noreturn]] void fail(std::string_view where, const std::string& found,
                           const std::string& expected) const {
        const std::string_view before(manifest_.data(),
                                      static_cast<std::size_t>(where.data() - manifest_.data()));
        const auto lines = std::count(before.begin(), before.end(), '\n');
        const std::size_t column = before.size() - (before.rfind('\n') + 1);
        rest_.fail({static_cast<unsigned>(lines + 1), static_cast<unsigned>(column + 1)}, found,
                   expected);
    }

    std::string_view manifest_;
    std::string_view left_;
    const Section& rest_;
    std::vector<File> files_;
    // Of the component that is being read.
    std::string_view last_;
    std::vector<std::string_view> folders_; // sorted, as the paths are
};

} // namespace

std::string written_files(const std::vector<std::string>& payloads,
                          const std::vector<File>& files) {
    std::string text(heading);
    for (const std::string& payload : payloads) {
        text += payload;
        text += begin;
        for (const File& file : files)
            if (file.component == payload)
                write(file, std::back_inserter(text));
        text += end;
    }
    return text;
}

std::vector<File> read_files(std::string_view manifest, std::size_t at,
                             const std::vector<std::string>& payloads, const Section& rest) {
    return Reader(manifest, at, rest).read(payloads);
}

} // namespace locum::suite
