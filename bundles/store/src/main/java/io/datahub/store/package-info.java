/**
 * The life cycle of the store, its services, and how its objects are connected. {@link io.datahub.store.StoreService}
 * is the entry.
 */
package io.datahub.store;
