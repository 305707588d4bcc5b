#include "platform/secret_file.hpp"

#include "platform/linux/system.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace locum::platform {

struct SecretFile::State {
    Descriptor file;
    std::string path;
};

// By this process's number, not by a descriptor that children inherit: what they start in turn may
// have closed it.
SecretFile::SecretFile(const engine::Secret& content) :
    state_(std::make_unique<State>(State{Descriptor(::memfd_create("secret", MFD_CLOEXEC)), {}})) {
    constexpr const char* what = "a file in memory for a child process";
    const int file = state_->file.get();
    if (file < 0 || ::fchmod(file, 0600) != 0)
        throw path_error("make", what, errno);
    write_all(file, content.reveal(), what);
    state_->path = fmt::format("/proc/{}/fd/{}", ::getpid(), file);
}

SecretFile::SecretFile(SecretFile&&) noexcept = default;
SecretFile& SecretFile::operator=(SecretFile&&) noexcept = default;
SecretFile::~SecretFile() = default;

const std::string& SecretFile::path() const {
    return state_->path;
}

} // namespace locum::platform
