reach("https://connect.facebook.net/import", "/own/import", at => {
  import(at).catch(() => 0)
})
