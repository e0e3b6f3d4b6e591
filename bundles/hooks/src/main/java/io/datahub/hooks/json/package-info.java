/** Reading JSON that other systems have sent. */
package io.datahub.hooks.json;
