// Where there is no newt there is no full screen: a person is asked line by line.

#include "cli/screen.hpp"

#include <stdexcept>

namespace locum::cli {
namespace {

// None of these is called where screen_possible() says no.
[[noreturn]] void no_screen() {
    throw std::logic_error("this program has no full screen");
}

} // namespace

struct ProgressWindow::Parts {};

bool screen_possible() {
    return false;
}

Screen::Screen() {
    no_screen();
}
Screen::~Screen() = default;

int Screen::columns() const {
    no_screen();
}

int Screen::lines() const {
    no_screen();
}

Left show_text(const Screen&, const Window&, const std::string&) {
    no_screen();
}

Left choose_one(const Screen&, const Window&, std::vector<ListItem>&) {
    no_screen();
}

Left choose_several(const Screen&, const Window&, std::vector<ListItem>&) {
    no_screen();
}

Left type_text(const Screen&, const Window&, Echo, std::string&) {
    no_screen();
}

ProgressWindow::ProgressWindow(const Screen&, const std::string&) {
    no_screen();
}
ProgressWindow::~ProgressWindow() = default;

void ProgressWindow::show(double, const std::string&, const std::string&) {
    no_screen();
}

} // namespace locum::cli
