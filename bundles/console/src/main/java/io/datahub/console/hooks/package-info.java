/** Commands for the hooks that other systems send to, and the webhooks that send to other systems. */
package io.datahub.console.hooks;
