"""How far one address lets itself be reached, rung by rung, over real sockets."""
