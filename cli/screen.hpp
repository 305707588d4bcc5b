#pragma once
// The full screen of a terminal, by newt (https://pagure.io/newt), whose traps are kept in here: it
// takes Ctrl-C away from the terminal, it draws as the process's locale says, and it hands out
// memory to be freed.

#include <memory>
#include <string>
#include <vector>

namespace locum::cli {

// A terminal that can do it: 40 columns and 16 lines at least, and TERM is not "dumb".
bool screen_possible();

// The terminal is newt's while it lives. One at a time.
class Screen {
public:
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    int columns() const;
    int lines() const;
};

struct ListItem {
    std::string text;
    bool marked = false; // the current one; of several: those that are chosen
};

// What a person did with a window.
enum class Left { next, back, resized };

struct Window {
    std::string title;
    std::string text; // above what is asked
    std::string help; // F1; and `?` where no text is typed
    std::string next = "Next";
    bool can_go_back = true;
};

// Each shows a window and waits. Throw Error(cancelled) on Ctrl-C, and where the terminal is gone.
// Where the window's size changed they return Left::resized with what was given so far in their
// last argument: to be shown again.
Left show_text(const Screen& screen, const Window& window, const std::string& reading);
Left choose_one(const Screen& screen, const Window& window, std::vector<ListItem>& items);
Left choose_several(const Screen& screen, const Window& window, std::vector<ListItem>& items);
enum class Echo { yes, no };
Left type_text(const Screen& screen, const Window& window, Echo echo, std::string& text);

// A window that stays while work goes on; Ctrl-C is a signal again.
class ProgressWindow {
public:
    ProgressWindow(const Screen& screen, const std::string& title);
    ~ProgressWindow();
    ProgressWindow(const ProgressWindow&) = delete;
    ProgressWindow& operator=(const ProgressWindow&) = delete;

    // share: 0 to 1.
    void show(double share, const std::string& step, const std::string& work);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace locum::cli
