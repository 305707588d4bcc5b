#pragma once
// SHA-256 and random bytes by OpenSSL; hex in lower case.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace locum::platform {

class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(std::string_view bytes);
    // The 32 bytes; the object starts anew.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string sha256(std::string_view bytes);     // 32 bytes
std::string sha256_hex(std::string_view bytes); // 64 digits
std::string hex(std::string_view bytes);
std::string from_hex(std::string_view digits); // throws Error(usage)
std::string random_bytes(std::size_t count);
// "3f:a2:…" for people to compare.
std::string colons(std::string_view hex_digits);

} // namespace locum::platform
