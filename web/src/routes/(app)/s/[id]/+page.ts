export const load = () => ({ ownHeader: true });
