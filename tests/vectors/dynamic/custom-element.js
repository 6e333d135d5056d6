reach("https://connect.facebook.net/custom-element", "/own/custom-element", at => {
  const name = 'x-' + at.length + '-e'
  customElements.define(name, class extends HTMLElement {
    connectedCallback() { this.append(Object.assign(new Image, { src: at })) }
  })
  document.body.append(document.createElement(name))
})
