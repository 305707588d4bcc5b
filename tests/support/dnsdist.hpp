#pragma once
// Templates of a small dnsdist, and what drives it through its console, as a vendor would write
// them. The console's exit code is 0 for errors too.

#include <string>

namespace locum::testing {

inline const std::string dnsdist_template =
    R"raw(setKey("bG9jdW0tdGVzdC1sb2N1bS10ZXN0LWxvY3VtLTEyMzQ=")
controlSocket("{node.address}:{port.console}")
setConsoleACL({{ "127.0.0.0/8" }})
setLocal("{node.address}:{port.front}")
setSecurityPollSuffix("")
setServerPolicy(roundrobin)
setUDPTimeout(2)

local function server(name)
  for _, s in ipairs(getServers()) do
    if s:getName() == name then return s end
  end
  error("no server " .. name)
end

function drain(name)
  server(name):setDown()
  return "drained"
end

function undrain(name)
  server(name):setAuto()
  return "undrained"
end

function show(name)
  local s = server(name)
  local outstanding = s:getOutstanding()
  return (s:isUp() and "in rotation" or "out of rotation") .. "\n" ..
         (outstanding == 0 and "idle" or "busy with " .. outstanding)
end

function reload()
  local wanted, there = {{}}, {{}}
  for _, w in ipairs(dofile("{etc}/servers.lua")) do wanted[w.name] = w end
  for _, s in ipairs(getServers()) do
    local w = wanted[s:getName()]
    if w == nil then rmServer(s) else there[w.name] = s end
  end
  for name, w in pairs(wanted) do
    local s = there[name] or newServer({{
      name = name, address = w.address, checkName = "check.invalid.", checkType = "A",
      checkInterval = 1, maxCheckFailures = 2, rise = 1
    }})
    if w.out then s:setDown() else s:setAuto() end
  end
  return "reloaded"
end
reload()
)raw";

inline const std::string dnsdist_servers_template = R"raw(return {{
{for server in servers}
  {{ name = "{server.name}", address = "{server.address}:{server.port.device}", out = {server.out} }},
{end}
}}
)raw";

// The same in a manifest.
inline const std::string dnsdist_balancing = R"raw(driver = "command"
drain = { command = ["/usr/bin/dnsdist", "-C", "{etc}/dnsdist.conf", "-c", "-e", "drain('{server.name}')"], output = "drained" }
undrain = { command = ["/usr/bin/dnsdist", "-C", "{etc}/dnsdist.conf", "-c", "-e", "undrain('{server.name}')"], output = "undrained" }
show = { command = ["/usr/bin/dnsdist", "-C", "{etc}/dnsdist.conf", "-c", "-e", "show('{server.name}')"], in-rotation = "in rotation", out-of-rotation = "out of rotation", idle = "idle" }
settle-ms = 200
)raw";
inline const std::string dnsdist_reload =
    R"raw({ command = ["/usr/bin/dnsdist", "-C", "{etc}/dnsdist.conf", "-c", "-e", "reload()"], output = "reloaded" })raw";

} // namespace locum::testing
