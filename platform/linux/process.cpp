// Boost.Process v1 starts the child; these of its traps are closed here:
//  - a child would inherit every descriptor that has no O_CLOEXEC, other children's pipes included:
//    our own pipes have the flag, and all descriptors above 2 get it between fork and exec;
//  - a child would inherit blocked and ignored signals: both are reset before exec;
//  - wait_for() and on_exit need the process's one SIGCHLD handler (two threads in wait_for crash,
//  and
//    nothing ends where SIGCHLD is blocked): the end is awaited on a pidfd instead;
//  - an exit by a signal looks like an exit code: the status is read with waitpid;
//  - terminate() leaves grandchildren: the whole group is killed;
//  - bp::start_dir runs the child here where the folder is missing: our own chdir fails aloud;
//  - a destroyed child, and one that cannot execute, leave a zombie: both are reaped here.
#include "platform/process.hpp"

#include "platform/kept_output.hpp"
#include "platform/linux/launch.hpp"
#include "platform/linux/spawn.hpp"
#include "platform/linux/system.hpp"
#include "platform/program.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/group.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace locum::platform {

namespace bp = boost::process;
namespace asio = boost::asio;
namespace {

// Runs in the child, between fork and exec.
struct PrepareChild : bp::extend::handler {
    const char* folder = nullptr; // null: stay
    const pid_t parent = ::getpid();

    template <class Executor>
    void on_exec_setup(Executor& executor) const {
        if (folder != nullptr && ::chdir(folder) != 0) {
            executor.set_error(bp::detail::get_last_error(), "chdir");
            ::_exit(127); // set_error alone would go on to exec
        }
        // It ends with whoever waits for it, so that a second run does not work beside the first.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(127);
        reset_signals();
        ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    }
    template <class Executor>
    void on_error(Executor& executor, const std::error_code&) const {
        // Boost looks for it once, without waiting, and so mostly misses it.
        if (executor.pid > 0)
            ::waitpid(executor.pid, nullptr, 0);
    }
};

// A child of ours with its group: killed and reaped when this goes, unless it was reaped before.
class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ <= 0)
            return;
        kill_group();
        wait();
    }
    void kill_group() const { ::killpg(pid_, SIGKILL); }
    int reap() {
        const std::optional<int> status = wait();
        pid_ = 0;
        if (!status)
            throw path_error("learn the end of", "a child process", errno);
        return *status;
    }

private:
    std::optional<int> wait() const {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0)
            if (errno != EINTR)
                return std::nullopt;
        return status;
    }

    pid_t pid_;
};

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            throw path_error("make", "a pipe for a child process", errno);
        read_end = Descriptor(ends[0]);
        write_end = Descriptor(ends[1]);
    }
};

// One output of the child, read as it comes; its beginning and its end are kept. Only readiness is
// awaited, and each read is kept at once: with async_read_some, bytes could be read already and
// their handler still be waiting behind the one that sees the child's end.
class Output {
public:
    Output(asio::io_context& loop, Descriptor read_end, std::size_t limit) :
        stream_(loop, read_end.release()), kept_(limit) {
        stream_.native_non_blocking(true);
        read_when_ready();
    }
    // What the child wrote before its end is in the pipe by now. Whoever else holds the other end
    // (a daemon that it left behind) is not waited for, and cannot keep us with an endless stream.
    void finish() {
        const int capacity = ::fcntl(stream_.native_handle(), F_GETPIPE_SZ);
        for (ssize_t left = std::max(capacity, 65536); left > 0;) {
            const ssize_t count = read_block();
            if (count <= 0)
                break;
            left -= count;
        }
        stream_.close();
    }
    std::string take() { return kept_.take(); }

private:
    void read_when_ready() {
        stream_.async_wait(asio::posix::stream_descriptor::wait_read,
                           [this](const boost::system::error_code& error) {
                               if (!error && stream_.is_open() && read_block() != 0)
                                   read_when_ready();
                           });
    }
    // Bytes read; 0 at the end of the stream, -1 where there are none now.
    ssize_t read_block() {
        std::array<char, 16384> block;
        for (;;) {
            const ssize_t count = ::read(stream_.native_handle(), block.data(), block.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return errno == EAGAIN ? -1 : 0; // a pipe that cannot be read is at its end
            kept_.add({block.data(), static_cast<std::size_t>(count)});
            return count;
        }
    }

    asio::posix::stream_descriptor stream_;
    KeptOutput kept_;
};

// A file in memory, not a pipe: no writing that could block or raise SIGPIPE here.
Descriptor input_file(const std::string& input) {
    Descriptor file(::memfd_create("input", MFD_CLOEXEC));
    if (!file)
        throw path_error("make", "the input of a child process", errno);
    write_all(file.get(), input, "the input of a child process");
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

bp::environment environment_of(const Command& command) {
    bp::environment environment = boost::this_process::environment();
    if (!command.inherits) {
        const std::string path = environment["PATH"].to_string();
        environment = bp::environment();
        environment["PATH"] = path;
    }
    for (const auto& [name, value] : command.environment)
        environment[name] = value;
    return environment;
}

} // namespace

pid_t launch(const Command& command, int input, int output, int errors) {
    const std::string program = find_program(command.argv);
    const std::vector<std::string> arguments(command.argv.begin() + 1, command.argv.end());
    bp::environment environment = environment_of(command);
    bp::group group;
    PrepareChild prepare;
    if (!command.folder.empty())
        prepare.folder = command.folder.c_str();
    std::error_code error;
    const SignalsBlocked blocked; // our handlers must not run in the child
    bp::child child(bp::exe = program, bp::args = arguments, environment,
                    bp::posix::fd.bind(STDIN_FILENO, input),
                    bp::posix::fd.bind(STDOUT_FILENO, output),
                    bp::posix::fd.bind(STDERR_FILENO, errors), group, prepare, error);
    if (error) {
        const bool no_folder = prepare.folder != nullptr && ::access(prepare.folder, X_OK) != 0;
        throw path_error(no_folder ? "work in" : "execute", no_folder ? command.folder : program,
                         error.value());
    }
    const pid_t pid = child.id();
    child.detach();
    group.detach();
    return pid;
}

Finished run(const Command& command) {
    Pipe output_pipe;
    Pipe errors_pipe;
    const Descriptor input = input_file(command.input);
    const pid_t pid =
        launch(command, input.get(), output_pipe.write_end.get(), errors_pipe.write_end.get());
    Child child(pid);
    output_pipe.write_end.close();
    errors_pipe.write_end.close();

    Finished finished;
    asio::io_context loop(1);
    Output output(loop, std::move(output_pipe.read_end), command.output_limit);
    Output errors(loop, std::move(errors_pipe.read_end), command.output_limit);
    Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!handle)
        throw path_error("watch", "a child process", errno);
    asio::posix::stream_descriptor end(loop, handle.release());
    asio::steady_timer timer(loop, command.time_limit);
    timer.async_wait([&](const boost::system::error_code& error) {
        if (error)
            return;
        finished.timed_out = true;
        child.kill_group();
    });
    end.async_wait(asio::posix::stream_descriptor::wait_read,
                   [&](const boost::system::error_code&) {
                       timer.cancel();
                       output.finish();
                       errors.finish();
                   });
    loop.run();

    const int status = child.reap();
    if (WIFSIGNALED(status))
        finished.signal = WTERMSIG(status);
    else
        finished.exit_code = WEXITSTATUS(status);
    finished.output = output.take();
    finished.errors = errors.take();
    return finished;
}

} // namespace locum::platform
