-- For requests that come while no server is in rotation, as in the outage of an upgrade with a short downtime: they wait for the first
-- one that is back, in place of an error at once. Whoever waits longer gets the error then. The answer says how long it was (ms): X-Waited.
local limit_ms, step_ms = 20000, 50

core.register_action("wait_for_server", { "http-req" }, function(transaction)
    -- A worker that another one follows counts no servers any more, and still serves what has reached it. (A number up to HAProxy 3.0.)
    local function stopping()
        local is = transaction.f:stopping()
        return is == true or is == 1
    end
    local function nobody() return transaction.f:nbsrv("servers") == 0 and not stopping() end
    local waited_ms = 0
    while waited_ms < limit_ms and nobody() do
        core.msleep(step_ms)
        waited_ms = waited_ms + step_ms
    end
    if waited_ms > 0 then transaction:set_var("txn.waited", waited_ms) end
end)
