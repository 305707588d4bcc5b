// What tests start: it does what its words say, one after the other. No word of
// any system's shell, so that the tests are the same everywhere.
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/operating_system.hpp"
#include "platform/process.hpp"
#include "platform/service_process.hpp"
#include "platform/signals.hpp"
#include "platform/terminal.hpp"

#include "native_events.hpp"
#include "native_signals.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

using namespace locum;

namespace {

using Words = std::vector<std::string>;

void say(const std::string& text) {
    std::cout << text << std::flush;
}

// As the system has them, in UTF-8 everywhere.
Words own_words() {
    for (const platform::RunningCommand& one : platform::running_commands())
        if (one.pid == platform::self().pid)
            return one.argv;
    return {};
}

std::string in_brackets(const Words& words, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < words.size(); ++i)
        text += "[" + words[i] + "]";
    return text;
}

void sleep_for(const std::string& milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(std::stoll(milliseconds)));
}

// It is to outlive this process, which ends at once and by force.
void detach(const std::string& program, const std::string& record) {
    platform::DetachedCommand command;
    command.argv = {program, "sleep", "300000"};
    command.record_file = record;
    platform::start_detached(command);
    platform::send_signal(platform::self(), "KILL");
    sleep_for("300000");
}

// This same program beside it, in whatever group and job it is in itself.
void start_beside(const std::string& program, const std::string& words) {
    if (platform::system_name().starts_with("windows"))
        std::system(("start \"\" /b \"" + program + "\" " + words).c_str());
    else
        std::system(("'" + program + "' " + words + " &").c_str());
}

// service: where it is one.
int act(const Words& words, std::size_t first, platform::ServiceProcess* service) {
    std::optional<platform::StopSignals> signals;
    std::optional<platform::EndByCtrlC> asking;
    for (std::size_t i = first; i < words.size(); ++i) {
        const std::string& word = words[i];
        const auto next = [&] { return words.at(++i); };
        if (word == "arguments") { // of the runtime, and of the system
            say(in_brackets(words, i + 1) + in_brackets(own_words(), i + 1));
            return 0;
        }
        if (word == "out")
            say(next() + "\n");
        else if (word == "say") // no line's end
            say(next());
        else if (word == "byte") // by its number
            say(std::string(1, static_cast<char>(std::stoi(next()))));
        else if (word == "show") // a file
            say(platform::read_file(next()));
        else if (word == "append") {
            const std::string file = next();
            std::ofstream(file, std::ios::app | std::ios::binary) << next() << "\n";
        } else if (word == "append-pid")
            std::ofstream(next(), std::ios::app | std::ios::binary) << platform::self().pid << "\n";
        else if (word == "expect") { // a file; without it this is the end
            if (!std::filesystem::exists(next()))
                return 1;
        } else if (word == "open") // until its end
            static std::ifstream held(next(), std::ios::binary);
        else if (word == "err")
            std::cerr << next() << "\n" << std::flush;
        else if (word == "exit")
            return std::stoi(next());
        else if (word == "sleep")
            sleep_for(next());
        else if (word == "pid")
            say(std::to_string(platform::self().pid) + "\n");
        else if (word == "folder")
            say(std::filesystem::current_path().generic_string() + "\n");
        else if (word == "variable") {
            const char* value = std::getenv(next().c_str());
            say((value == nullptr ? "unset" : std::string(value)) + "\n");
        } else if (word == "copy")
            std::cout << std::cin.rdbuf() << std::flush;
        else if (word == "count")
            say(std::to_string(std::distance(std::istreambuf_iterator<char>(std::cin), {})) + "\n");
        else if (word == "lines") // as a question has them
            while (const auto line = platform::read_line())
                say("[" + *line + "]");
        else if (word == "many")
            say(std::string(std::stoul(next()), 'x'));
        else if (word == "numbers") // each with the line's end of this system
            for (int number = 1; number <= 20000; ++number)
                std::cout << number << "\n";
        else if (word == "service") { // its name and its log; the rest it does as that
            const std::string name = next();
            const std::string log = next();
            return platform::as_service(name, log, [&](platform::ServiceProcess& process) {
                return act(words, i + 1, &process);
            });
        } else if (word == "up")
            service->is_up();
        else if (word == "hear")
            signals.emplace();
        else if (word == "wait")
            signals->wait();
        else if (word == "terminal") // of its own, before "hear" and "ask"
            testing::take_terminal();
        else if (word == "ctrl-c")
            testing::press_ctrl_c();
        else if (word == "ask") { // the words and the exit code of whom Ctrl-C ends
            const std::string text = next();
            asking.emplace(text, std::stoi(next()));
        } else if (word == "answered")
            asking.reset();
        else if (word == "set") // an event, by its number
            testing::set_event(next());
        else if (word == "die") {
            platform::send_signal(platform::self(), "KILL");
            sleep_for("300000");
        } else if (word == "beside")
            start_beside(words[0], next());
        else if (word == "detach")
            detach(words[0], next());
        else if (word == "run") {
            platform::Command command;
            command.argv.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            command.argv.insert(command.argv.begin(), words[0]);
            command.time_limit = std::chrono::minutes(5);
            return platform::run(command).exit_code;
        } else if (word == "front") {
            Words command(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            command.insert(command.begin(), platform::this_program());
            return platform::run_in_front(command);
        } else {
            std::cerr << "no such word: " << word << "\n";
            return 2;
        }
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return act(Words(argv, argv + argc), 1, nullptr);
}
