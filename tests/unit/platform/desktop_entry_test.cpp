// Entries of menus as text: Desktop Entry Specification 1.5, "The Exec key", and .url files.

#include "platform/desktop_entry.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;

TEST_CASE("desktop entries: words of a command stay what they are") {
    CHECK(desktop_word("/opt/x/run") == "/opt/x/run");
    CHECK(desktop_word("") == "\"\"");
    CHECK(desktop_word("two words") == "\"two words\"");
    CHECK(desktop_word("100%") == "100%%"); // else it would begin a field code
    CHECK(desktop_word("a\"b") == R"("a\\"b")");
    CHECK(desktop_word("$HOME") == R"("\\$HOME")");
    CHECK(desktop_word("`id`") == R"("\\`id\\`")");
    // One for the word and one for the file, each.
    CHECK(desktop_word("a\\b") == R"("a\\\\b")");
    CHECK(desktop_word("a;b") == "\"a;b\"");
    CHECK(desktop_word("a\tb\nc") == R"("a\tb\nc")");
}

TEST_CASE("desktop entries: a program") {
    Shortcut shortcut{"small",          "Small", "tool",          "Small tool",
                      "/opt/small/run", "",      {"--to", "a b"}, "/opt/small/icon.png"};
    CHECK(desktop_entry(shortcut) == "[Desktop Entry]\n"
                                     "Version=1.5\n"
                                     "Type=Application\n"
                                     "Name=Small tool\n"
                                     "TryExec=/opt/small/run\n"
                                     "Exec=/opt/small/run --to \"a b\"\n"
                                     "Terminal=false\n"
                                     "Icon=/opt/small/icon.png\n"
                                     "X-Locum-Suite=small\n");
    shortcut.title = " back\\slash";
    CHECK(desktop_entry(shortcut).find("Name=\\sback\\\\slash\n") != std::string::npos);
}

TEST_CASE("desktop entries: a page is opened by whatever the desktop has for it") {
    const Shortcut shortcut{"small",     "Small", "web",
                            "Small web", "",      "https://a.example/?x=1&y=%20"};
    CHECK(desktop_entry(shortcut) == "[Desktop Entry]\n"
                                     "Version=1.5\n"
                                     "Type=Application\n"
                                     "Name=Small web\n"
                                     "TryExec=xdg-open\n"
                                     "Exec=xdg-open \"https://a.example/?x=1&y=%%20\"\n"
                                     "Terminal=false\n"
                                     "X-Locum-Suite=small\n");
    CHECK(url_file(shortcut) == "[InternetShortcut]\r\nURL=https://a.example/?x=1&y=%20\r\n"
                                "X-Locum-Suite=small\r\n");
}

TEST_CASE("desktop entries: each says which suite it was made for") {
    const Shortcut shortcut{"small", "Small", "web", "Small web", "", "https://a.example/"};
    for (const std::string& text : {desktop_entry(shortcut), url_file(shortcut)}) {
        CHECK(names_suite(text, "small"));
        CHECK(!names_suite(text, "smal"));
        CHECK(!names_suite(text, "small-2"));
    }
    CHECK(!names_suite("", "small"));
    CHECK(!names_suite("[Desktop Entry]\nName=X-Locum-Suite=small\n", "small"));
}
