// Wine's consoles are not those of Windows: which calls are made, and in which order, is looked at.

#include "platform/windows/stop_request.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;

namespace {

constexpr DWORD target = 7;

struct Recorded {
    std::vector<DWORD> here = {};
    bool seen = false;
    bool attaches = true;
    std::string calls = {};

    bool send() {
        return send_break({[this] { return here; }, [this] { return seen; },
                           [this] { calls += "leave "; },
                           [this](DWORD pid) {
                               calls += "attach " + std::to_string(pid) + " ";
                               return attaches;
                           },
                           [this](DWORD group) {
                               calls += "break " + std::to_string(group) + " ";
                               return true;
                           }},
                          target);
    }
};

} // namespace

TEST_CASE("CTRL_BREAK: one at the same console is sent it there") {
    Recorded windows;
    windows.here = {1, target};
    windows.seen = true;
    CHECK(windows.send());
    CHECK(windows.calls == "break 7 ");
}

TEST_CASE(
    "CTRL_BREAK: its own console is left before that of another is taken, and that one after") {
    Recorded windows;
    SUBCASE("it has one that nobody sees") {
        windows.here = {1};
    }
    SUBCASE("it has none") {}
    CHECK(windows.send());
    CHECK(windows.calls == "leave attach 7 break 7 leave ");
}

TEST_CASE("CTRL_BREAK: one that has no console is not sent it, nor anybody else") {
    Recorded windows;
    windows.attaches = false;
    CHECK(!windows.send());
    CHECK(windows.calls == "leave attach 7 ");
}

TEST_CASE("CTRL_BREAK: a console that is looked at, or that others share, is not left") {
    Recorded windows;
    windows.here = {1, 2};
    CHECK(!windows.send());
    windows.here = {1};
    windows.seen = true;
    CHECK(!windows.send());
    CHECK(windows.calls == "");
}
