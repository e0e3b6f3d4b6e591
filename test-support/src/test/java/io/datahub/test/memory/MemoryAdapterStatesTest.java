package io.datahub.test.memory;

import io.datahub.api.state.AdapterStates;
import io.datahub.test.contract.AdapterStateContract;

class MemoryAdapterStatesTest extends AdapterStateContract {

    @Override
    protected AdapterStates create() {
        return new MemoryAdapterStates(() -> now);
    }
}
