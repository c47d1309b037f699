// What one view asks of another, by name: so no module imports one that comes after it.

const answers = new Map();

export const answer = (name, work) => answers.set(name, work);
export const act = (name, ...given) => answers.get(name)(...given);
