#include "platform/process.hpp"

#include "platform/windows/pipe.hpp"
#include "platform/windows/spawn.hpp"

#include <algorithm>

namespace locum::platform {

Finished run(const Command& command) {
    using Clock = std::chrono::steady_clock;
    ChildInput input(command.input);
    ChildOutput output(command.output_limit);
    ChildOutput errors(command.output_limit);
    const Job job;
    const NewProcess child = launch(
        command, {input.childs_end().get(), output.childs_end().get(), errors.childs_end().get()},
        job);
    for (Handle* end : {&input.childs_end(), &output.childs_end(), &errors.childs_end()})
        *end = Handle();
    input.begin();
    output.begin();
    errors.begin();

    const auto deadline = Clock::now() + command.time_limit;
    bool timed_out = false;
    for (;;) {
        // In this order: where several have happened, the first of them is told.
        std::vector<HANDLE> awaited{child.process.get()};
        for (const ChildOutput* one : {&output, &errors})
            if (one->is_open())
                awaited.push_back(one->done());
        if (input.is_open())
            awaited.push_back(input.done());
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const DWORD limit =
            timed_out
                ? INFINITE
                : static_cast<DWORD>(std::clamp<std::int64_t>(left, 0, std::int64_t{INFINITE} - 1));
        const DWORD which = ::WaitForMultipleObjects(static_cast<DWORD>(awaited.size()),
                                                     awaited.data(), FALSE, limit);
        if (which == WAIT_OBJECT_0)
            break;
        if (which == WAIT_TIMEOUT) {
            timed_out = true;
            job.kill();
            continue;
        }
        if (which >= awaited.size())
            fail("cannot wait for a child process");
        const HANDLE happened = awaited[which];
        if (happened == output.done())
            output.take_over();
        else if (happened == errors.done())
            errors.take_over();
        else
            input.take_over();
    }
    output.finish();
    errors.finish();
    Finished finished = how_it_ended(child.process.get());
    finished.timed_out = timed_out;
    finished.output = output.text();
    finished.errors = errors.text();
    job.end_with_handle(false); // a daemon that it left behind lives
    return finished;
}

} // namespace locum::platform
