// A file that only SYSTEM, the Administrators and this user may open, deleted by its owner.
// FILE_FLAG_DELETE_ON_CLOSE, which the system would carry out whatever ends this process, makes
// every reader fail that does not share it for deletion, which no C library's fopen() does; a pipe
// cannot be read twice, and not by programs that ask for a file's size. So a process that is killed
// leaves its file; the next one that makes a secret file removes it.
#include "platform/secret_file.hpp"

#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/native.hpp"
#include "platform/windows/acl.hpp"
#include "platform/windows/orphans.hpp"
#include "platform/windows/wide.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

constexpr std::string_view prefix = "locum-secret-";

} // namespace

struct SecretFile::State {
    std::string path;
    std::size_t size = 0;
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (path.empty()) // none was made
            return;
        try {
            // Over the content first, for as long as the name is taken by who has it open.
            const Handle file(::CreateFileW(wide_path(path).c_str(), GENERIC_WRITE,
                                            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                            nullptr, OPEN_EXISTING, 0, nullptr));
            const std::string zeros(size, '\0');
            DWORD written = 0;
            if (file)
                ::WriteFile(file.get(), zeros.data(), static_cast<DWORD>(size), &written, nullptr);
        } catch (const std::exception&) {
            // It is removed all the same.
        }
        remove_file(path);
    }
};

SecretFile::SecretFile(const engine::Secret& content) : state_(std::make_unique<State>()) {
    const std::string folder = temporary_folder();
    const std::string path =
        fmt::format("{}/{}{}", folder, name_of_own(prefix), hex(random_bytes(8)));
    // Temporary: kept in memory and off the disk where there is enough of it.
    const Handle file(::CreateFileW(
        wide_path(path).c_str(), GENERIC_WRITE, FILE_SHARE_READ, attributes_for(0600, false),
        CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, nullptr));
    if (!file)
        throw path_error("make a file for a child process,", path, ::GetLastError());
    state_->path = path;
    const std::string& bytes = content.reveal();
    state_->size = bytes.size();
    DWORD written = 0;
    if (::WriteFile(file.get(), bytes.data(), static_cast<DWORD>(bytes.size()), &written,
                    nullptr) == 0 ||
        written != bytes.size())
        throw path_error("write", path, ::GetLastError());
    remove_orphans(folder, prefix, owner_of(path));
}

SecretFile::SecretFile(SecretFile&&) noexcept = default;
SecretFile& SecretFile::operator=(SecretFile&&) noexcept = default;
SecretFile::~SecretFile() = default;

const std::string& SecretFile::path() const {
    return state_->path;
}

} // namespace locum::platform
