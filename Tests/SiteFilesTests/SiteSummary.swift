import Site

struct SiteSummary {
  let site: Site
}
