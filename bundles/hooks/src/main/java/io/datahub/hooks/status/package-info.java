/** What hooks and webhooks have done, as JSON. */
package io.datahub.hooks.status;
