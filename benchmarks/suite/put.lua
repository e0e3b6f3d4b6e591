-- PUTs 4 KiB to a path that is new each time, a thousand in each directory. PUT_PREFIX is the beginning of the paths.
local threads, prefix, body = 0, os.getenv("PUT_PREFIX"), string.rep("d", 4096)
local number = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function request()
  number = number + 1
  return wrk.format("PUT", prefix .. id .. "/" .. math.floor(number / 1000) .. "/" .. number, wrk.headers, body)
end
