#pragma once
// A secret that child processes read from a file, since everybody may see their arguments, and more
// than they their environment.

#include "engine/secret.hpp"

#include <memory>
#include <string>

namespace locum::platform {

// In memory and for this user only (0600), under a path that this process's children can open as
// long as this object is there. It is on no disk, and gone with this process, whatever ends it.
// Windows has no such memory: there it is a file for SYSTEM, the Administrators and this user,
// overwritten and removed with the object, or, where the process was killed, by the next one.
class SecretFile {
public:
    // Throws Error where the system has no memory for it.
    explicit SecretFile(const engine::Secret& content);
    SecretFile(SecretFile&&) noexcept;
    SecretFile& operator=(SecretFile&&) noexcept;
    ~SecretFile();

    const std::string& path() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::platform
