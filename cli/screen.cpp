#include "cli/screen.hpp"

#include "cli/screen_text.hpp"
#include "engine/error.hpp"
#include "platform/terminal.hpp"

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <langinfo.h>
#include <memory>
#include <newt.h>
#include <string_view>
#include <termios.h>
#include <unistd.h>

namespace locum::cli {

namespace {

constexpr unsigned least_columns = 40;
constexpr unsigned least_lines = 16;
constexpr int widest = 76;
constexpr int ctrl_c = 3;

// As the person's own locale says, not as the program's.
bool terminal_has_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (const char* value = std::getenv(name); value && *value != 0) {
            std::string text(value);
            std::transform(text.begin(), text.end(), text.begin(), ::tolower);
            return text.find("utf-8") != std::string::npos ||
                   text.find("utf8") != std::string::npos;
        }
    return false;
}

// A bar beside what is longer than its place.
int scroll(std::size_t lines, int rows) {
    return static_cast<int>(lines) > rows ? NEWT_FLAG_SCROLL : 0;
}

newtComponent text_box(int top, int width, int rows, const std::string& text) {
    const int flags = scroll(lines_of(text).size(), rows);
    // newt puts the bar beside the width that it is told.
    newtComponent box = newtTextbox(1, top, flags == 0 ? width : width - 2, rows, flags);
    newtTextboxSetText(box, text.c_str());
    return box;
}

class Form {
public:
    Form() : form_(newtForm(nullptr, nullptr, NEWT_FLAG_NOF12)) {
        for (const int key :
             std::initializer_list<int>{ctrl_c, NEWT_KEY_F1, NEWT_KEY_ESCAPE, NEWT_KEY_RESIZE})
            newtFormAddHotKey(form_, key);
    }
    ~Form() {
        newtFormDestroy(form_);
        newtPopWindow();
    }
    Form(const Form&) = delete;
    Form& operator=(const Form&) = delete;

    newtComponent add(newtComponent component) {
        newtFormAddComponent(form_, component);
        return component;
    }
    void hot_key(int key) { newtFormAddHotKey(form_, key); }
    void draw() { newtDrawForm(form_); }
    newtComponent current() const { return newtFormGetCurrent(form_); }
    void go_to(newtComponent component) { newtFormSetCurrent(form_, component); }
    newtExitStruct run() {
        newtExitStruct exit{};
        newtFormRun(form_, &exit);
        if (exit.reason == newtExitStruct::NEWT_EXIT_ERROR)
            throw engine::Error("the terminal is gone; nothing was changed",
                                engine::Kind::cancelled)
                .remedy("run the command again");
        if (exit.reason == newtExitStruct::NEWT_EXIT_HOTKEY && exit.u.key == ctrl_c)
            throw engine::Error("left with Ctrl-C; nothing was changed", engine::Kind::cancelled)
                .remedy("run the command again");
        return exit;
    }

private:
    newtComponent form_;
};

void show_help(const Screen& screen, const std::string& text) {
    const int width = std::min(screen.columns() - 8, widest - 8);
    const std::string shown = wrapped(text, width);
    const int height = std::min(static_cast<int>(lines_of(shown).size()), screen.lines() - 8);
    newtCenteredWindow(static_cast<unsigned>(width + 2), static_cast<unsigned>(height + 4), "Help");
    Form form;
    form.add(text_box(0, width, height, shown));
    form.add(newtCompactButton(width / 2 - 2, height + 2, "OK"));
    form.run();
}

// A window of text above, a control of a height between, buttons below.
class Frame {
public:
    // rows: what the control would take; it gets what is left.
    Frame(const Screen& screen, const Window& window, int rows) :
        screen_(screen), window_(window), width_(std::min(screen.columns() - 4, widest)) {
        std::string text = wrapped(window.text, width_ - 2);
        const int most = screen.lines() - 9;
        int text_rows = window.text.empty() ? 0 : static_cast<int>(lines_of(text).size());
        text_rows = std::min(text_rows, std::max(1, most - std::min(rows, most / 2)));
        text_rows = window.text.empty() ? 0 : text_rows;
        top_ = text_rows + (text_rows > 0 ? 1 : 0);
        rows_ = std::max(1, std::min(rows, most - top_));
        newtCenteredWindow(static_cast<unsigned>(width_), static_cast<unsigned>(top_ + rows_ + 3),
                           window.title.substr(0, static_cast<std::size_t>(width_ - 6)).c_str());
        form_ = std::make_unique<Form>();
        scrolls_ = scroll(lines_of(text).size(), text_rows) != 0;
        if (scrolls_)
            text = wrapped(window.text, width_ - 4); // beside its bar
        if (text_rows > 0)
            form_->add(text_box(0, width_ - 2, text_rows, text));
    }

    int top() const { return top_; }
    int rows() const { return rows_; }
    int width() const { return width_ - 2; }
    newtComponent add(newtComponent control) { return control_ = form_->add(control); }

    // A text to be read takes no Enter by itself: it goes on, as in every other window.
    void enter_goes_on() { form_->hot_key('\r'); }

    // typed: `?` is a character like any other.
    Left run(bool typed) {
        const int bottom = top_ + rows_ + 1;
        next_ = form_->add(newtCompactButton(2, bottom, window_.next.c_str()));
        if (window_.can_go_back)
            back_ = form_->add(newtCompactButton(width_ / 2 - 4, bottom, "Back"));
        help_ = form_->add(newtCompactButton(width_ - 10, bottom, "Help"));
        if (!typed)
            form_->hot_key('?');
        if (scrolls_) // else keys are the text's
            form_->go_to(control_);
        for (;;) {
            newtExitStruct exit = form_->run();
            if (exit.reason == newtExitStruct::NEWT_EXIT_HOTKEY && exit.u.key == '\r') {
                exit.reason = newtExitStruct::NEWT_EXIT_COMPONENT;
                exit.u.co = form_->current();
            }
            const bool key = exit.reason == newtExitStruct::NEWT_EXIT_HOTKEY;
            if (key && exit.u.key == NEWT_KEY_RESIZE)
                return Left::resized;
            if (key ? exit.u.key == NEWT_KEY_F1 || exit.u.key == '?' : exit.u.co == help_) {
                show_help(screen_, window_.help);
                form_->go_to(control_);
            } else if (key || (back_ && exit.u.co == back_)) {
                if (window_.can_go_back)
                    return Left::back;
            } else
                return Left::next;
        }
    }

private:
    const Screen& screen_;
    const Window& window_;
    int width_;
    int top_ = 0;
    int rows_ = 0;
    bool scrolls_ = false; // the text above is longer than its place
    std::unique_ptr<Form> form_;
    newtComponent control_ = nullptr, next_ = nullptr, back_ = nullptr, help_ = nullptr;
};

// newt keeps a pointer with each entry: its number, from 1.
void* number(std::size_t at) {
    return reinterpret_cast<void*>(at + 1); // NOLINT
}
std::size_t at(const void* number) {
    return reinterpret_cast<std::size_t>(number) - 1; // NOLINT
}

} // namespace

bool screen_possible() {
    const char* terminal = std::getenv("TERM");
    if (!terminal || *terminal == 0 || std::string_view(terminal) == "dumb" ||
        !platform::stdin_is_terminal() || isatty(STDOUT_FILENO) != 1)
        return false;
    return platform::terminal_columns() >= least_columns &&
           platform::terminal_lines() >= least_lines;
}

Screen::Screen() {
    // newt asks the locale whether lines may be drawn with characters of UTF-8.
    const bool utf8 = terminal_has_utf8();
    if (!utf8)
        std::setlocale(LC_CTYPE, "C");
    if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != 0)
        setenv("NEWT_MONO", "1", 0); // newt's own name for it
    newtInit();
    newtCls();
    newtPushHelpLine(utf8 ? "Tab: on · Enter: take · F1: help · Esc: back · Ctrl-C: leave"
                          : "Tab: on   Enter: take   F1: help   Esc: back   Ctrl-C: leave");
}

Screen::~Screen() {
    newtPopHelpLine();
    newtFinished();
    std::setlocale(LC_CTYPE, "C.UTF-8"); // as main() says
}

int Screen::columns() const {
    int columns = 0, lines = 0;
    newtGetScreenSize(&columns, &lines);
    return columns;
}

int Screen::lines() const {
    int columns = 0, lines = 0;
    newtGetScreenSize(&columns, &lines);
    return lines;
}

Left show_text(const Screen& screen, const Window& window, const std::string& reading) {
    const std::string text = wrapped(reading, std::min(screen.columns() - 4, widest) - 4);
    Frame frame(screen, window, static_cast<int>(lines_of(text).size()));
    frame.add(text_box(frame.top(), frame.width(), frame.rows(), text));
    frame.enter_goes_on();
    return frame.run(false);
}

Left choose_one(const Screen& screen, const Window& window, std::vector<ListItem>& items) {
    Frame frame(screen, window, static_cast<int>(items.size()));
    newtComponent list = frame.add(newtListbox(
        1, frame.top(), frame.rows(), NEWT_FLAG_RETURNEXIT | scroll(items.size(), frame.rows())));
    for (std::size_t i = 0; i < items.size(); ++i) {
        newtListboxAppendEntry(list, items[i].text.c_str(), number(i));
        if (items[i].marked)
            newtListboxSetCurrentByKey(list, number(i));
    }
    newtListboxSetWidth(list, frame.width());
    const Left left = frame.run(false);
    const std::size_t current = at(newtListboxGetCurrent(list));
    for (std::size_t i = 0; i < items.size(); ++i)
        items[i].marked = i == current;
    return left;
}

Left choose_several(const Screen& screen, const Window& window, std::vector<ListItem>& items) {
    Frame frame(screen, window, static_cast<int>(items.size()));
    newtComponent tree = frame.add(
        newtCheckboxTree(1, frame.top(), frame.rows(), scroll(items.size(), frame.rows())));
    for (std::size_t i = 0; i < items.size(); ++i)
        newtCheckboxTreeAddItem(tree, items[i].text.c_str(), number(i),
                                items[i].marked ? NEWT_FLAG_SELECTED : 0, NEWT_ARG_APPEND,
                                NEWT_ARG_LAST);
    newtCheckboxTreeSetWidth(tree, frame.width());
    const Left left = frame.run(false);
    for (std::size_t i = 0; i < items.size(); ++i)
        items[i].marked = newtCheckboxTreeGetEntryValue(tree, number(i)) == '*';
    return left;
}

Left type_text(const Screen& screen, const Window& window, Echo echo, std::string& text) {
    Frame frame(screen, window, 1);
    newtComponent entry = frame.add(newtEntry(1, frame.top(), text.c_str(), frame.width(), nullptr,
                                              NEWT_FLAG_SCROLL | NEWT_FLAG_RETURNEXIT |
                                                  (echo == Echo::no ? NEWT_FLAG_PASSWORD : 0)));
    const Left left = frame.run(true);
    text = newtEntryGetValue(entry);
    return left;
}

struct ProgressWindow::Parts {
    int width;
    std::unique_ptr<Form> form;
    newtComponent step, work, scale;
};

ProgressWindow::ProgressWindow(const Screen& screen, const std::string& title) :
    parts_(std::make_unique<Parts>(
        Parts{std::min(screen.columns() - 4, widest), nullptr, nullptr, nullptr, nullptr})) {
    newtCenteredWindow(static_cast<unsigned>(parts_->width), 6, title.c_str());
    parts_->form = std::make_unique<Form>();
    parts_->step = parts_->form->add(newtTextbox(1, 0, parts_->width - 2, 2, 0));
    parts_->work = parts_->form->add(newtTextbox(1, 2, parts_->width - 2, 1, 0));
    parts_->scale = parts_->form->add(newtScale(1, 4, parts_->width - 2, 1000));
    parts_->form->draw();
    termios terminal{};
    tcgetattr(STDIN_FILENO, &terminal);
    terminal.c_lflag |= ISIG;
    terminal.c_cc[VINTR] = ctrl_c;
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

ProgressWindow::~ProgressWindow() = default;

void ProgressWindow::show(double share, const std::string& step, const std::string& work) {
    // Both lines each time: newt leaves standing what was on a line that is not written.
    newtTextboxSetText(parts_->step, (wrapped(step, parts_->width - 2) + "\n ").c_str());
    newtTextboxSetText(parts_->work, (work + " ").c_str());
    newtScaleSet(parts_->scale,
                 static_cast<unsigned long long>(std::clamp(share, 0.0, 1.0) * 1000));
    newtRefresh();
}

} // namespace locum::cli
