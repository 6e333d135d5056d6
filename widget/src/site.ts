// What the server tells the widget by the tag that loads it, and where it can be asked.

export interface Site {
  /** Our pages stand below this address. */
  readonly prefix: string
  /** The readable cookie's name on this site. */
  readonly cookie: string
  /** The short name of the policy that the page was rendered under. */
  readonly policy: string
  /** Whether the page's Content-Security-Policy follows the decision: then a grant needs a new document. */
  readonly enforces: boolean
}

export function readSite({ src, dataset }: HTMLScriptElement): Site {
  const [cookie = "", policy = ""] = (dataset.ckState ?? "").split(".")
  return { prefix: src.replace(/static\/[^/]*$/, ""), cookie, policy, enforces: "ckEnforces" in dataset }
}

/** The address of one of our pages that leads back here. */
export function address(site: Site, name: string): string {
  return `${site.prefix}${name}?return_to=${encodeURIComponent(location.pathname + location.search)}`
}
