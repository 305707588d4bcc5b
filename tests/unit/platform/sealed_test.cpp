#include "platform/sealed.hpp"

#include "platform/operating_system.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using engine::Secret;
using testing::error_of;

namespace {

bool seals() {
    return system_name().starts_with("windows");
}

} // namespace

TEST_CASE("sealed to the host: it is opened again, and text from before is itself") {
    const std::string zero_in_it("a\0b\n", 4);
    for (const std::string& text : {std::string("-----BEGIN"), zero_in_it, std::string()}) {
        const std::string sealed = seal_to_host(Secret(text), "the node's key");
        CHECK(open_sealed_to_host(sealed, "the node's key").reveal() == text);
        CHECK(open_sealed_to_host(text, "the node's key").reveal() == text);
        CHECK((sealed == text) == !seals());
    }
    if (seals()) {
        const std::string sealed = seal_to_host(Secret("the secret itself"), "x");
        CHECK(sealed.starts_with("locum-host-1:"));
        CHECK(sealed.find('\n') == sealed.npos);
        CHECK(sealed.find("the secret itself") == sealed.npos);
    }
}

TEST_CASE("sealed to the host: what is not for it is refused with what to do") {
    const std::string sealed = seal_to_host(Secret("the secret itself"), "the node's key");
    std::vector<std::string> bad = {"locum-host-1:", "locum-host-1:00ff", "locum-host-1:no digits"};
    if (seals()) {
        std::string altered = sealed;
        char& last = altered.back();
        last = last == '0' ? '1' : '0';
        bad.push_back(altered);
        bad.push_back(sealed.substr(0, sealed.size() - 2));
        CHECK(error_of([&] { open_sealed_to_host(sealed, "another"); }).kind() ==
              engine::Kind::not_trusted);
    }
    for (const std::string& text : bad) {
        const engine::Error error = error_of([&] { open_sealed_to_host(text, "the node's key"); });
        CHECK(error.kind() == engine::Kind::not_trusted);
        CHECK(testing::contains(error.what(), "the node's key cannot be opened"));
        CHECK(!error.remedy().empty());
    }
}

TEST_CASE("sealed to the host: what fails at the moment only is not told as another host's") {
    const auto busy = [](std::string_view, std::string_view) -> std::optional<Secret> {
        throw engine::Error("the service is not there").remedy("try again");
    };
    const engine::Error error =
        error_of([&] { open_sealed_to_host("locum-host-1:00", "x", busy); });
    CHECK(error.kind() != engine::Kind::not_trusted);
    CHECK(testing::contains(error.what(), "the service is not there"));
    CHECK(error.remedy() == "try again");
    CHECK(open_sealed_to_host("plain", "x", busy).reveal() == "plain");
}
