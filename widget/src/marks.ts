// How the server's guard/holding.py marks what it holds, and the guard script with it.
export const MARK = "data-ck"
export const PREFIX = `${MARK}-`
