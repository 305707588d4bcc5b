// Texts for the full screen; its windows are tested in a real terminal
// (tests/integration/installer/wizard_screen.sh).

#include "cli/screen_text.hpp"

#include <doctest/doctest.h>

using locum::cli::unwrapped;

TEST_CASE("screen: a vendor's text is broken into lines once, and its paragraphs and lists stay") {
    CHECK(unwrapped("Endpoint Manager lets devices fetch their configuration and check\n"
                    "in, and lets administrators write profiles. A new installation has\n"
                    "50 profiles.\n"
                    "\n"
                    "It comes as it is.\n"
                    "And may be used:\n"
                    "- freely, by anybody who has a device or two of them, or even more\n"
                    "- for trying\n"
                    "  an upgrade\n") ==
          "Endpoint Manager lets devices fetch their configuration and check in, and lets "
          "administrators write profiles. A new installation has 50 profiles.\n"
          "\n"
          "It comes as it is.\n"
          "And may be used:\n"
          "- freely, by anybody who has a device or two of them, or even more\n"
          "- for trying\n"
          "  an upgrade");
    // Nobody breaks lines at so few columns.
    CHECK(unwrapped("Copyright of the vendor\nAll rights reserved") ==
          "Copyright of the vendor\nAll rights reserved");
    CHECK(unwrapped("One line") == "One line");
    CHECK(unwrapped("") == "");
    // Columns count, not bytes: there is room for the next word here.
    CHECK(unwrapped("Größe ÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜ\nalles\n"
                    "a line of sixty columns and a few more, which is the widest one\n") ==
          "Größe ÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜÄÖÜ\nalles\n"
          "a line of sixty columns and a few more, which is the widest one");
}
