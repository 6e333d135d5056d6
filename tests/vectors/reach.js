// What every dynamic vector is written with: its way of reaching somebody, once towards a tracker and once towards the
// site itself; its way of storing something, once under a tracker's name and once under a name of the site's own.
const attempt = way => target => {
  try {
    way(target)
  } catch (error) {
    console.error(error)
  }
}
const reach = (tracker, own, way) => [tracker, location.origin + own].forEach(attempt(way))
const store = (tracker, own, way) => [tracker, own].forEach(attempt(way))
