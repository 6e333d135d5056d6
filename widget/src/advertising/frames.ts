// How scripts of advertisers reach an API of the page: by its name, or from a frame by a message. Knows the conventions that
// the IAB's two APIs share ("CMP API": the function, the locator frame, postMessage); not what they say.

type Callback = (data: unknown, success: boolean) => void
/** `version` is what its caller can read; undefined where none was said. */
export type Command = (name: string, answer: Callback, parameter: unknown, version: unknown) => void

const page = window as any

/**
 * Put an API into the page. `order` says where the callback, the parameter and the version stand in a call. As this goes
 * before the first script of a page, nobody can have asked before: it needs no stub, and is its own.
 */
export function expose(name: string, [callback, parameter, version]: [number, number, number], command: Command): void {
  page[name] = (...call: unknown[]): void => {
    const answer = call[callback]
    if (typeof call[0] !== "string" || typeof answer !== "function") return
    command(call[0], answer as Callback, call[parameter], call[version])
  }
  addEventListener("message", (event) => answerFrame(name, event, command))
  locate(`${name}Locator`)
}

/** A message is an object, or the same as JSON; the answer has the shape that was asked in. */
function answerFrame(name: string, { data, source }: MessageEvent, command: Command): void {
  const isText = typeof data === "string"
  let asked
  try {
    asked = (isText ? JSON.parse(data) : data)?.[`${name}Call`]
  } catch {
    return
  }
  if (typeof asked?.command !== "string") return
  command(
    asked.command,
    (returnValue, success) => {
      const answer = { [`${name}Return`]: { returnValue, success, callId: asked.callId } }
      // To whichever origin asked: what is said here, any script of the page may read.
      source?.postMessage(isText ? JSON.stringify(answer) : answer, { targetOrigin: "*" })
    },
    asked.parameter,
    asked.version,
  )
}

/** An empty frame by whose name frames further down know that the API is here. */
function locate(name: string): void {
  if (page.frames[name]) return
  if (!document.body) return void setTimeout(locate, 10, name)
  const frame = document.createElement("iframe")
  frame.name = name
  frame.hidden = true
  frame.tabIndex = -1
  frame.setAttribute("aria-hidden", "true")
  document.body.append(frame)
}
