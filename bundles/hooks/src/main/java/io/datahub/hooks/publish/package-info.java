/** Publishing events and waiting for the outcome. */
package io.datahub.hooks.publish;
